// The account at a glance; control plane.
import GRDB
import Quantities

/// Figures that nobody stated are null. Money as decimal strings.
public struct PositionItem: Sendable, Hashable, Codable {
  public var instrument: String
  /// Signed.
  public var lots: Int64
  public var size: String?
  public var averagePrice: String?
  public var markPrice: String?
  public var liquidationPrice: String?
  /// `10` is ten times.
  public var leverage: String?
  /// P&L at the mark, in the quote currency (inverse contracts: the base coin, as the exchange says).
  public var floatingPnL: String?
  /// From fills, in the quote currency, fees apart; null for inverse contracts.
  public var realisedPnL: String?

  enum CodingKeys: String, CodingKey {
    case instrument, lots, size
    case averagePrice = "average_price"
    case markPrice = "mark_price"
    case liquidationPrice = "liquidation_price"
    case leverage
    case floatingPnL = "floating_pnl"
    case realisedPnL = "realised_pnl"
  }
}

public struct BalanceItem: Sendable, Hashable, Codable {
  public var currency: String
  public var cash: String
  /// Unix milliseconds.
  public var at: Int64
}

/// US dollars since the first equity on record, less what was transferred.
public struct ProfitItem: Sendable, Hashable, Codable {
  /// Unix milliseconds.
  public var since: Int64
  public var amount: String
}

public struct PortfolioSummary: Sendable, Hashable, Codable {
  /// The newest equity point; null where the account never said.
  public var equity: EquityPoint?
  public var balances: [BalanceItem]
  public var positions: [PositionItem]
  public var fees: [FeeItem]
  /// Funding, transfers and what else moved money, from the account's bills.
  public var flows: [FlowItem]
  /// Null where equity never was said, or a transfer was of a currency whose price then is not on record.
  public var profit: ProfitItem?
  /// Fall of equity from its highest, transfers apart, now and at most, as a share with four digits.
  public var drawdown: String?
  public var drawdownMax: String?

  enum CodingKeys: String, CodingKey {
    case equity, balances, positions, fees, flows, profit, drawdown
    case drawdownMax = "drawdown_max"
  }
}

extension Ledger {
  public func portfolio() throws(LedgerError) -> PortfolioSummary {
    try read { db in
      let fold = try portfolioFold.withLock { fold in
        while try !fold.advance(db) {}
        return fold
      }
      let equity = try Row.fetchOne(
        db.cachedStatement(
          sql: "SELECT at, total, available FROM equities ORDER BY at DESC, place DESC LIMIT 1")
      ).map { EquityPoint(at: $0["at"], total: $0["total"], available: $0["available"]) }
      let drawdown = fold.curve.drawdown
      func share(_ value: Double) -> String {
        Amount(units: Int128((value * 10_000).rounded()), decimals: 4).normalized.description
      }
      return PortfolioSummary(
        equity: equity, balances: try balances(db),
        positions: try fold.figures.sorted { $0.key < $1.key }
          .compactMap { try position($0.key, $0.value, db) },
        fees: fold.fees.sorted { $0.key < $1.key }
          .map { FeeItem(currency: $0.key, amount: $0.value.normalized.description) },
        flows: fold.flows.sorted { $0.key < $1.key }.map { $0.value.item($0.key) },
        profit: fold.curve.profit.map {
          ProfitItem(since: $0.since, amount: $0.amount.normalized.description)
        },
        drawdown: drawdown.map { share($0.now) }, drawdownMax: drawdown.map { share($0.most) })
    }
  }

  private func balances(_ db: Database) throws -> [BalanceItem] {
    // One look per currency: SQLite's loose index scan, spelt out.
    var items: [BalanceItem] = []
    var after = ""
    while let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT currency, cash, at FROM balances
          WHERE currency = (SELECT min(currency) FROM balances WHERE currency > ?)
          ORDER BY at DESC, place DESC LIMIT 1
          """), arguments: [after])
    {
      after = row["currency"]
      items.append(BalanceItem(currency: after, cash: row["cash"], at: row["at"]))
    }
    return items
  }

  private func position(_ name: String, _ figures: PositionFold.Figures, _ db: Database) throws
    -> PositionItem?
  {
    var scales = InstrumentScales(db)
    let detail = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT * FROM position_details WHERE instrument = ? ORDER BY place DESC LIMIT 1"),
      arguments: [name])
    // All of it in what the newest start counts in, as that ends.
    var figures = figures
    figures.follow(try scales.newest(name))
    let scale = figures.scale
    let detailed = try detail.flatMap { try scales.of($0) }
    let stated = detail.map { row -> Int64 in
      scale?.lots(row["lots"], of: detailed) ?? row["lots"]
    }
    var lots = figures.held.position
    if let stated {
      // The exchange's word goes before ours; a detail of an earlier position says nothing of this one.
      if scale?.contract != ContractType.none { lots = stated }
    }
    let isDetailed = stated == lots
    let own = lots == figures.held.position && figures.held.isCostKnown ? figures.held : nil
    let marked =
      isDetailed && lots != 0
      ? detail.map { (row: $0, price: $0["mark_price"] as Int64?) }
      : try Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT run, instrument_id, place, close FROM bars WHERE instrument = ? AND interval_s = 60
            ORDER BY open_at DESC, source LIMIT 1
            """), arguments: [name]
      ).map { (row: $0, price: $0["close"] as Int64?) }
    let markScale = try marked.flatMap { try scales.of($0.row) }
    let mark = scale?.ticks(marked?.price, of: markScale) ?? nil
    func money(_ millionths: Int128) -> String? {
      scale?.worth(millionths / PositionFigures.scale)?.normalized.description
    }
    let floating: String? = own.flatMap { own in
      mark.flatMap { PositionFigures.worth(lots, at: $0) }.flatMap { worth in
        let (gain, overflowed) = worth.subtractingReportingOverflow(own.cost)
        return overflowed ? nil : money(gain)
      }
    }
    let leverage: Int64 = isDetailed ? detail?["leverage_milli"] ?? 0 : 0
    return PositionItem(
      instrument: name, lots: lots, size: scale?.size(lots),
      averagePrice: lots == 0
        ? nil
        : own.flatMap { scale?.average($0.cost, Int128(lots) * PositionFigures.scale) }
          ?? (isDetailed ? detailed?.price(detail?["average_price"]) : nil),
      markPrice: markScale?.price(marked?.price),
      liquidationPrice: isDetailed ? detailed?.price(detail?["liquidation_price"]) : nil,
      leverage: leverage > 0
        ? Amount(units: Int128(leverage), decimals: 3).normalized.description : nil,
      floatingPnL: lots == 0
        ? "0" : floating ?? (isDetailed ? detail?["unrealised"] as String? : nil),
      realisedPnL: figures.held.isRealisedKnown ? money(figures.held.realised) : nil)
  }
}
