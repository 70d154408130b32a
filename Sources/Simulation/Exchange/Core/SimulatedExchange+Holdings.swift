// `balance_and_position`: balances and positions as soon as they change (docs/OKX.md OKX-163); simulation.

import Market
import Matching

extension BillKind {
  /// OKX `eventType`.
  fileprivate var event: String {
    switch self {
    case .trade: "filled"
    case .partialLiquidation, .fullLiquidation: "liquidation"
    case .autoDeleveraging: "adl"
    case .funding: "funding_fee"
    case .delivery: "delivered"
    case .settlement: "settlement"
    case .transfer: "transferred"
    }
  }
}

extension SimulatedExchange {
  /// What is held: currencies with a balance, open positions.
  func holdingsSnapshot(_ argument: ChannelArgument) -> ServerFrame {
    let balances = engine.balances.filter { $0.cash.units != 0 }
    let positions = listedPositions.filter { $0.position.lots != 0 }
    return frame(
      argument, members: "", rows: [holdingsRow("snapshot", balances, positions, [])])
  }

  /// One push for the bills of one kind that came since the last call, in their order: only what changed.
  func pushHoldings(to watchers: [Session]) {
    guard let newest = engine.bills.last?.id, newest > billTold else { return }
    let told = billTold
    billTold = newest
    let lines = watchers.filter {
      $0.subscriptions.contains { $0.argument.channel == .balanceAndPosition }
    }
    if lines.isEmpty { return }
    let fresh = engine.bills.reversed().prefix { $0.id > told }.reversed()
    var group: [BillRecord] = []
    for bill in fresh {
      if let first = group.first, first.kind.event != bill.kind.event {
        push(group, to: lines)
        group = []
      }
      group.append(bill)
    }
    push(group, to: lines)
  }

  /// Leverage changes no balance.
  func pushLeverage(of instrument: Int) {
    let positions = listedPositions.filter { $0.instrument == instrument && $0.position.lots != 0 }
    if positions.isEmpty { return }
    pushHoldings(
      holdingsRow("set_leverage", [], positions, []), to: sessions.filter { $0.isLoggedIn })
  }

  private func push(_ bills: [BillRecord], to watchers: [Session]) {
    guard let first = bills.first else { return }
    let currencies = Set(bills.map(\.currency))
    let instruments = Set(bills.compactMap(\.instrument))
    let positions = listedPositions.filter {
      instruments.contains($0.instrument) && $0.updatedAt >= first.time
    }
    var trades: [FillRecord] = []
    for fill in bills.compactMap(\.fill) where trades.last?.tradeID != fill.tradeID {
      trades.append(fill)
    }
    let balances = engine.balances.filter { currencies.contains($0.currency) }
    pushHoldings(holdingsRow(first.kind.event, balances, positions, trades), to: watchers)
  }

  private func pushHoldings(_ row: [UInt8], to watchers: [Session]) {
    for session in watchers {
      for subscription in session.subscriptions
      where subscription.argument.channel == .balanceAndPosition {
        session.push(frame(subscription.argument, members: "", rows: [row]))
      }
    }
  }

  private func holdingsRow(
    _ event: String, _ balances: [CurrencyBalance], _ positions: [VenuePosition],
    _ trades: [FillRecord]
  ) -> [UInt8] {
    let now = String(clock.wallMilliseconds())
    func close(_ row: inout [UInt8]) {
      row.close(with: 0x5D)
      row.append(0x2C)
    }
    var row: [UInt8] = []
    row.append(text: "{\"pTime\":\"\(now)\",\"eventType\":\"\(event)\",\"balData\":[")
    for balance in balances {
      row.append(0x7B)
      row.append(field: "ccy", balance.currency)
      row.append(field: "cashBal", balance.cash.normalized.description)
      row.append(field: "uTime", String(balance.updatedAt))
      row.close(with: 0x7D)
      row.append(0x2C)
    }
    close(&row)
    row.append(text: "\"posData\":[")
    for position in positions {
      position.appendHolding(to: &row, catalogue[position.instrument])
      row.append(0x2C)
    }
    close(&row)
    row.append(text: "\"trades\":[")
    for trade in trades {
      row.append(0x7B)
      row.append(field: "instId", catalogue[trade.instrument].id)
      row.append(field: "tradeId", String(max(0, trade.tradeID)))
      row.close(with: 0x7D)
      row.append(0x2C)
    }
    row.close(with: 0x5D)
    row.append(0x7D)
    return row
  }
}

extension VenuePosition {
  /// An element of `posData`.
  fileprivate func appendHolding(to output: inout [UInt8], _ item: InstrumentSpecification) {
    output.append(0x7B)
    output.append(field: "posId", identifier)
    output.append(field: "tradeId", String(lastTrade))
    output.append(field: "instId", item.id)
    output.append(field: "instType", item.typeName)
    output.append(field: "mgnMode", isIsolated ? "isolated" : "cross")
    output.append(field: "posSide", "net")
    output.append(field: "pos", item.text(quantity: position))
    output.append(field: "ccy", item.settlement)
    output.append(field: "posCcy", "")
    output.append(field: "avgPx", averagePrice(item))
    output.append(field: "nonSettleAvgPx", "")
    output.append(field: "settledPnl", settled.normalized.description)
    output.append(field: "uTime", String(updatedAt))
    output.close(with: 0x7D)
  }
}
