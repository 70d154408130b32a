// Instruments that change while they are traded, and the channel that tells of it; simulation.

import Market
import Matching
import Quantities

/// What an instrument is called by.
struct InstrumentName: Equatable {
  var id: String
  var family: String
  init(_ specification: InstrumentSpecification) {
    id = specification.id
    family = specification.family
  }
}

extension SimulatedExchange {
  /// False where the instrument, or the market's source, cannot change so.
  func change(_ index: Int, _ deed: InstrumentDeed) -> Bool {
    switch deed {
    case .change(let change, let delay): return self.change(index, change, after: delay)
    case .state(let state, let span): return setState(index, state, span: span)
    case .expire(let delay):
      let number = catalogue[index].code
      later(delay * 1_000_000) { exchange in
        if let index = exchange.catalogue.index(ofCode: number) { _ = exchange.delist(index) }
      }
      return replace(index) { $0.expiry = String(clock.wallMilliseconds() + delay) }
    case .delist: return delist(index)
    case .rename(let name, let step): return rename(index, to: name, step: step)
    case .coolOff(let span): return coolOff(index, span: span)
    case .tradeQuotes(let names):
      return catalogue[index].type == .spot && replace(index) { $0.offeredQuotes = names }
    }
  }

  // MARK: - Telling

  /// A new subscriber's list, where the exchange is told to send one.
  func listInstruments(to subscription: Subscription) {
    if !options.listsInstruments { return }
    let type = subscription.argument.instrumentType
    let rows = catalogue.list.filter { $0.isListed && $0.typeName == type }.map(\.channelRow)
    if !rows.isEmpty { sendContext(rows: rows.joined(separator: ","), to: [subscription]) }
  }

  private func tellInstruments(_ type: String, _ row: String) {
    let followers = sessions.flatMap(\.subscriptions).filter {
      $0.argument.channel == .instruments && $0.argument.instrumentType == type
    }
    sendContext(rows: row, to: followers)
  }

  // MARK: - Changing

  /// The instrument is another from now on, for all who hold it; the channel tells what it tells of.
  @discardableResult
  private func replace(
    _ index: Int, _ grid: GridChange = GridChange(),
    _ body: (inout InstrumentSpecification) -> Void
  ) -> Bool {
    let before = catalogue[index]
    var changed = before
    body(&changed)
    // What was said of it so far is in its old numbers.
    tell()
    if !market.change(index, to: changed, grid) { return false }
    catalogue.replace(index, with: changed)
    engine.change(index, to: changed, grid)
    context.candles[index].change(to: grid)
    orderLog.change(index, to: grid)
    haltAsNeeded(index)
    let isNew = before.id != changed.id
    if let row = changed.channelRow(
      since: before, isWhole: isNew || !options.rules.has(.instrumentsInPart))
    {
      tellInstruments(changed.typeName, row)
    }
    let now = now()
    withEngine { $0.advance(to: now, into: &$1) }
    tell()
    return true
  }

  /// Nobody trades what is not live, in maintenance, or while a script keeps it still.
  func haltAsNeeded(_ index: Int) {
    let specification = catalogue[index]
    market.halt(
      index,
      specification.state != "live" || !specification.isListed || engine.maintenance != nil
        || stills.contains(index))
  }

  private func change(_ index: Int, _ change: ListingChange, after delay: Int64?) -> Bool {
    guard let (changed, grid) = catalogue[index].applying(change) else { return false }
    guard let delay, let parameter = change.parameter else {
      return replace(index, grid) { specification in
        let upcoming = specification.upcoming
        specification = changed
        specification.upcoming = upcoming
      }
    }
    let announced = UpcomingChange(
      parameter: parameter, value: change.value, effectiveAt: clock.wallMilliseconds() + delay)
    let code = catalogue[index].code
    later(delay * 1_000_000) { exchange in
      guard let index = exchange.catalogue.index(ofCode: code) else { return }
      exchange.carryOut(announced, change, index)
    }
    return replace(index) {
      $0.upcoming.append(announced)
      $0.upcoming.sort { $0.effectiveAt < $1.effectiveAt }
    }
  }

  /// The announced change itself, from what the instrument is by then: one push tells the new value and that
  /// nothing is to come any more.
  private func carryOut(_ announced: UpcomingChange, _ change: ListingChange, _ index: Int) {
    guard let (changed, grid) = catalogue[index].applying(change) else { return }
    replace(index, grid) {
      $0 = changed
      $0.upcoming.removeAll { $0 == announced }
    }
    flush()
  }

  private func setState(_ index: Int, _ state: String, span: Int64?) -> Bool {
    if state == "post_only" && !options.rules.has(.postOnlyState) { return false }
    let code = catalogue[index].code
    if let span {
      later(span * 1_000_000) { exchange in
        guard let index = exchange.catalogue.index(ofCode: code),
          exchange.catalogue[index].state == state
        else { return }
        exchange.replace(index) { $0.state = "live" }
        exchange.flush()
      }
    }
    let opening = span.map { String(clock.wallMilliseconds() + $0) }
    return replace(index) {
      $0.state = state
      if state == "preopen", let opening { $0.listTime = opening }
    }
  }

  /// Told as expired, its orders cancelled and a contract's position delivered at the mark; then no request and no
  /// list knows it any more.
  private func delist(_ index: Int) -> Bool {
    if !replace(index, GridChange(), { $0.state = "expired" }) { return false }
    let isContract = catalogue[index].type != .spot
    let now = now()
    withEngine {
      $0.cancelAll(
        index, source: isContract ? SimulatedExchange.expired : SimulatedExchange.bySystem, at: now,
        into: &$1)
      if isContract { $0.deliver(index, at: now, into: &$1) }
    }
    return replace(index) { $0.isListed = false }
  }

  /// OKX `cancelSource`: the system's, and that of a contract that ended.
  private static let bySystem = "0"
  private static let expired = "7"

  private func coolOff(_ index: Int, span: Int64) -> Bool {
    let family = catalogue[index].family
    if family.isEmpty { return false }
    // Before that day pages alone kept people from trading.
    if !options.rules.has(.coolOff) { return true }
    engine.coolOffs.insert(family)
    later(span * 1_000_000) { $0.engine.coolOffs.remove(family) }
    return true
  }

  // MARK: - Renaming

  /// A contract's; a pair's name is that of its coin, which an account holds.
  private func rename(_ index: Int, to name: String, step: Int64) -> Bool {
    let parts = name.split(separator: "-")
    if catalogue[index].type == .spot || catalogue.index(of: name) != nil || parts.count < 3
      || market.isRecording
    {
      return false
    }
    let code = catalogue[index].code
    if !replace(index, GridChange(), { $0.state = "expired" }) { return false }
    func then(_ number: Int64, _ deed: @escaping (SimulatedExchange, Int) -> Void) {
      if step == 0 { return deed(self, index) }
      later(number * step * 1_000_000) { exchange in
        guard let index = exchange.catalogue.index(ofCode: code) else { return }
        deed(exchange, index)
        exchange.flush()
      }
    }
    then(1) { exchange, index in
      exchange.formerNames[index, default: []].append(InstrumentName(exchange.catalogue[index]))
      exchange.replace(index) {
        $0.id = name
        $0.family = parts.prefix(2).joined(separator: "-")
        $0.contractCurrency = String(parts[0])
        $0.state = "rebase"
      }
      exchange.context.nameIndex(exchange.catalogue[index].family, after: index)
      exchange.followName(of: index)
    }
    then(2) { exchange, index in
      if exchange.options.rules.has(.postOnlyState) {
        exchange.replace(index) { $0.state = "post_only" }
      }
    }
    then(3) { exchange, index in exchange.replace(index) { $0.state = "live" } }
    return true
  }

  /// Depth channels are the new name's from now on, so that they are given up by it. Trades and the timed pushes
  /// of positions go on by the old one; nothing else does (docs/OKX.md OKX-200).
  private func followName(of index: Int) {
    let name = catalogue[index].id
    for subscription in sessions.flatMap(\.subscriptions) where subscription.market == index {
      guard let channel = subscription.argument.channel.published else { continue }
      if channel.depth > 0 {
        subscription.argument = subscription.argument.naming(name)
      } else if channel != .trades {
        market.remove(subscription, instrument: index, channel: channel)
        subscription.market = nil
      }
    }
  }
}
