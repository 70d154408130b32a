// An instrument's row: of `public/instruments`, and of the `instruments` channel; simulation.

import Quantities

extension InstrumentSpecification {
  /// OKX `tickSz` and `lotSz`.
  public var listedTick: DecimalNumber { multiple(tick, tickUnits) }
  public var listedLot: DecimalNumber { multiple(lot, lotUnits) }

  /// OKX's bounds of prices as shares of the reference price: in the first ten minutes, after them, and at most
  /// (docs/OKX.md OKX-197).
  public static let priceLimitShares = (initial: "0.05", floating: "0.03", maximum: "0.15")

  /// Names and rendered values, in the order in which OKX's documents show them.
  var fields: [(name: String, value: String)] {
    let isContract = type != .spot && type != .margin && type != .unknown
    let isSpot = type == .spot || type == .margin
    let maximum = text(quantity: Quantity(lots: maximumLots))
    let limits = InstrumentSpecification.priceLimitShares
    let hasLimits = type != .option && type != .unknown
    let changes = upcoming.map { change in
      "{\"param\":\"\(change.parameter)\",\"newValue\":\"\(change.value.normalized)\","
        + "\"effTime\":\"\(change.effectiveAt)\"}"
    }
    func json(_ value: String) -> String {
      var output: [UInt8] = []
      output.append(quoted: value)
      return String(decoding: output, as: UTF8.self)
    }
    return [
      ("alias", json("")), ("auctionEndTime", json("")), ("baseCcy", json(base)),
      ("category", json("1")), ("ctMult", json(isContract ? "1" : "")),
      ("ctType", json(contract == .linear ? "linear" : contract == .inverse ? "inverse" : "")),
      ("ctVal", json(isContract && isValueKnown ? contractValue.normalized.description : "")),
      ("ctValCcy", json(contractCurrency)), ("contTdSwTime", json("")), ("expTime", json(expiry)),
      ("futureSettlement", "false"), ("groupId", json(feeGroup)), ("instFamily", json(family)),
      ("instId", json(id)), ("instType", json(typeName)), ("lever", json(leverage)),
      ("listTime", json(listTime)), ("lotSz", json(listedLot.normalized.description)),
      ("maxIcebergSz", json(maximum)), ("maxLmtAmt", json("1000000")),
      ("maxLmtSz", json(maximum)), ("maxMktAmt", json(isSpot ? "1000000" : "")),
      ("maxMktSz", json(marketMaximumText)),
      ("maxStopSz", json(marketMaximumText)), ("maxTriggerSz", json(maximum)),
      ("maxTwapSz", json(maximum)),
      ("minSz", json(text(quantity: Quantity(lots: minimumLots)))),
      ("optType", json(optionType)), ("openType", json(isSpot ? "fix_price" : "")),
      ("preMktSwTime", json("")), ("quoteCcy", json(quote)),
      ("tradeQuoteCcyList", "[\(tradeQuotes.map(json).joined(separator: ","))]"),
      ("settleCcy", json(settle)),
      ("state", json(state)), ("ruleType", json("normal")), ("stk", json(strike)),
      ("tickSz", json(listedTick.normalized.description)), ("uly", json(family)),
      ("instIdCode", String(code)), ("instCategory", json("1")),
      ("initPxLmtPct", json(hasLimits ? limits.initial : "")),
      ("floatPxLmtPct", json(hasLimits ? limits.floating : "")),
      ("maxPxLmtPct", json(hasLimits ? limits.maximum : "")),
      ("upcChg", "[\(changes.joined(separator: ","))]"),
    ]
  }

  private var marketMaximumText: String {
    if let marketMaximum { return marketMaximum.normalized.description }
    return type == .spot
      ? String(InstrumentSpecification.marketWorthMax)
      : text(quantity: Quantity(lots: maximumLots))
  }

  /// Appends the row that `GET /api/v5/public/instruments` and `account/instruments` give.
  public func appendRow(to output: inout [UInt8]) {
    output.append(text: InstrumentSpecification.object(fields))
  }

  /// The row as the `instruments` channel shows it whole: REST alone has some fields.
  public var channelRow: String { InstrumentSpecification.object(channelFields) }

  /// What the channel pushes of a change from `before`, whole or what changed and the names of the row; nil where
  /// nothing changed that it tells of (docs/OKX.md OKX-195, OKX-196).
  public func channelRow(since before: InstrumentSpecification, isWhole: Bool) -> String? {
    let old = Dictionary(uniqueKeysWithValues: before.channelFields.map { ($0.name, $0.value) })
    let changed = channelFields.filter { old[$0.name] != $0.value }
    if !changed.contains(where: { InstrumentSpecification.triggers.contains($0.name) }) {
      return nil
    }
    if isWhole { return channelRow }
    let names = channelFields.filter {
      InstrumentSpecification.naming.contains($0.name) && old[$0.name] == $0.value
    }
    return InstrumentSpecification.object(names + changed)
  }

  private var channelFields: [(name: String, value: String)] {
    fields.filter { !InstrumentSpecification.restOnly.contains($0.name) }
  }

  private static let restOnly: Set<String> = [
    "tradeQuoteCcyList", "initPxLmtPct", "floatPxLmtPct", "maxPxLmtPct",
  ]
  private static let naming: Set<String> = ["instType", "instId"]
  private static let triggers: Set<String> = [
    "instId", "state", "tickSz", "minSz", "maxMktSz", "expTime", "listTime", "upcChg",
  ]

  private static func object(_ fields: [(name: String, value: String)]) -> String {
    "{\(fields.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}"
  }
}

private func multiple(_ increment: DecimalNumber, _ units: Int64) -> DecimalNumber {
  DecimalNumber.of(units: units, increment: increment) ?? increment
}
