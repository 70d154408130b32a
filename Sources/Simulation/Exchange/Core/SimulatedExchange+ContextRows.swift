// The rows of tickers, index, mark, limits, funding and open interest, for channels and REST alike; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  func contextRow(_ key: ContextKey) -> ContextRow? {
    if key.channel == .indexTickers { return indexRow(key.subject) }
    if key.channel == .adlWarning { return warningRow(type: key.subject, key.family) }
    guard let index = catalogue.index(of: key.subject) else { return nil }
    return switch key.channel {
    case .tickers: tickerRow(index)
    case .markPrice: markRow(index)
    case .priceLimit: priceLimitRow(index)
    case .fundingRate: fundingRow(index)
    case .openInterest: openInterestRow(index)
    default: nil
    }
  }

  private func text(_ ticks: Int64, _ index: Int) -> String {
    catalogue[index].text(price: Price(ticks: ticks))
  }

  /// Nil before the instrument's book is there.
  func tickerRow(_ index: Int) -> ContextRow? {
    let book = engine.books[index]
    guard book.isReady else { return nil }
    let specification = catalogue[index]
    let now = context.settle(index)
    let day = context.candles[index].lastDay()
    func shown(_ level: BookLevel?) -> (String, String) {
      guard let level else { return ("", "") }
      return (specification.text(price: level.price), specification.text(quantity: level.quantity))
    }
    let (bid, ask) = (shown(book.bestBid), shown(book.bestAsk))
    let last = context.candles[index].lastPrice.map { text($0, index) } ?? ""
    let size = specification.text(quantity: Quantity(lots: context.candles[index].lastLots))
    let volumes = CandleVolumes(lots: day?.lots ?? 0, value: day?.value ?? 0, specification)
    func figure(_ ticks: Int64?) -> String { ticks.map { text($0, index) } ?? "" }
    return ContextRow(
      figures: "\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
        + "\"last\":\"\(last)\",\"lastSz\":\"\(size)\",\"askPx\":\"\(ask.0)\",\"askSz\":\"\(ask.1)\","
        + "\"bidPx\":\"\(bid.0)\",\"bidSz\":\"\(bid.1)\",\"open24h\":\"\(figure(day?.open))\","
        + "\"high24h\":\"\(figure(day?.high))\",\"low24h\":\"\(figure(day?.low))\","
        + "\"sodUtc0\":\"\(figure(day?.dayOpen))\",\"sodUtc8\":\"\(figure(day?.dayOpenUTC8))\","
        + "\"volCcy24h\":\"\(volumes.inCurrency)\",\"vol24h\":\"\(volumes.volume)\"",
      time: max(book.exchangeTime, now ?? 0))
  }

  /// The index is the middle of the spot book, or of the swap's where no spot pair is listed.
  func indexRow(_ name: String) -> ContextRow? {
    guard let index = context.indices[name] else { return nil }
    let middle = mark(of: index)
    if middle.isNone { return nil }
    _ = context.settle(index)
    let day = context.candles[index].lastDay()
    func figure(_ ticks: Int64?) -> String { ticks.map { text($0, index) } ?? "" }
    return ContextRow(
      figures: "\"instId\":\(quoted(name)),\"idxPx\":\"\(text(middle.ticks, index))\","
        + "\"high24h\":\"\(figure(day?.high))\",\"low24h\":\"\(figure(day?.low))\","
        + "\"open24h\":\"\(figure(day?.open))\",\"sodUtc0\":\"\(figure(day?.dayOpen))\","
        + "\"sodUtc8\":\"\(figure(day?.dayOpenUTC8))\"",
      time: engine.books[index].exchangeTime)
  }

  /// A spot pair's mark is that of its margin trading: OKX calls it MARGIN.
  func markRow(_ index: Int) -> ContextRow? {
    let specification = catalogue[index]
    let price = mark(of: index)
    if price.isNone { return nil }
    let type = specification.type == .spot ? "MARGIN" : specification.typeName
    return ContextRow(
      figures: "\"instType\":\"\(type)\",\"instId\":\"\(specification.id)\","
        + "\"markPx\":\"\(specification.text(price: price))\"",
      time: engine.books[index].exchangeTime)
  }

  /// What the engine refuses beyond (51006); not enabled where it refuses nothing.
  func priceLimitRow(_ index: Int) -> ContextRow? {
    let specification = catalogue[index]
    guard let limits = engine.priceLimits(index, at: now()) else {
      return ContextRow(
        figures: "\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
          + "\"buyLmt\":\"\",\"sellLmt\":\"\",\"enabled\":false",
        time: engine.books[index].exchangeTime)
    }
    return ContextRow(
      figures: "\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
        + "\"buyLmt\":\"\(specification.text(price: limits.buy))\","
        + "\"sellLmt\":\"\(specification.text(price: limits.sell))\",\"enabled\":true",
      time: engine.books[index].exchangeTime)
  }

  /// Nobody is near auto-deleveraging here unless a script says so, and since 2026-06-09 that is not told
  /// (docs/OKX.md OKX-089). Without a family: the first one's.
  private func warningRow(type: String, _ wanted: String) -> ContextRow? {
    guard
      let family = catalogue.listed.first(where: {
        catalogue[$0].typeName == type && (wanted.isEmpty || catalogue[$0].family == wanted)
      }).map({ catalogue[$0].family })
    else { return nil }
    let isWarned = context.warnings.contains(family)
    if !isWarned && options.rules.has(.quietWarnings) { return nil }
    return ContextRow(
      figures: "\"instType\":\"\(type)\",\"instFamily\":\"\(family)\","
        + "\"state\":\"\(isWarned ? "warning" : "normal")\","
        + "\"bal\":\"280784384.95\",\"ccy\":\"USDT\",\"maxBal\":\"\",\"maxBalTs\":\"\","
        + "\"adlType\":\"\",\"adlBal\":\"0\",\"adlRecBal\":\"8000.0\"",
      time: clock.wallMilliseconds())
  }

  /// Perpetuals alone are funded.
  func fundingRow(_ index: Int) -> ContextRow? {
    let specification = catalogue[index]
    if specification.type != .swap { return nil }
    let now = clock.wallMilliseconds()
    let next = ReferenceFigures.fundingTime(after: now)
    let rate = context.figures[index].fundingRate(at: now).normalized.description
    let bound = ReferenceFigures.fundingMax.normalized.description
    return ContextRow(
      figures: "\"instType\":\"SWAP\",\"instId\":\"\(specification.id)\","
        + "\"formulaType\":\"noRate\",\"method\":\"current_period\",\"fundingRate\":\"\(rate)\","
        + "\"fundingTime\":\"\(next)\",\"nextFundingRate\":\"\","
        + "\"nextFundingTime\":\"\(next + ReferenceFigures.fundingMilliseconds)\","
        + "\"minFundingRate\":\"-\(bound)\",\"maxFundingRate\":\"\(bound)\","
        + "\"impactValue\":\"\",\"interestRate\":\"\",\"premium\":\"\",\"settFundingRate\":\"\","
        + "\"settState\":\"settled\"",
      time: now)
  }

  func openInterestRow(_ index: Int) -> ContextRow? {
    let specification = catalogue[index]
    if specification.type == .spot { return nil }
    let now = clock.wallMilliseconds()
    let lots = context.figures[index].openLots(
      typical: 10_000 * specification.lotUnits, at: now)
    let price = mark(of: index)
    if price.isNone { return nil }
    let volumes = CandleVolumes(
      lots: lots, value: Int128(lots) * Int128(price.ticks), specification)
    return ContextRow(
      figures: "\"instType\":\"\(specification.typeName)\",\"instId\":\"\(specification.id)\","
        + "\"oi\":\"\(volumes.volume)\",\"oiCcy\":\"\(volumes.inCurrency)\","
        + "\"oiUsd\":\"\(volumes.inQuote)\"",
      time: now)
  }
}
