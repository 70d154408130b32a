// Keeps this run's instruments as the exchange has them: states, ticks, lots, limits, contract values; control plane.

import Account
import Foundation
import Journal
import Logging
import Pipeline
import Quantities
import State

/// Hears the `instruments` channel, reads the whole list once a day and whenever prices come off the known grid, and changes
/// each instrument by itself, one change after the other: it is held, its orders end, every stage takes the change, it
/// trades again. One whose orders do not end keeps no other waiting.
package actor InstrumentKeeper {
  /// The exchange's list of one type, as it answers.
  let list: @Sendable (String) async throws -> Data
  let ports: InstrumentPorts
  let log: Logger
  var catalog: InstrumentCatalog
  let tradeQuote: Symbol?
  private var told: [String: String] = [:]
  var lastRead: ContinuousClock.Instant?
  /// The channel began, or nothing was read yet: what the list says is not known.
  var isListOwed = true
  var hasFailed = false
  var offGrid: UInt64 = 0
  /// Not in the last list: a second one decides.
  var missing: Set<String> = []
  /// A task is at work on each of these; there is never more than one for an instrument.
  private var busy: Set<InstrumentID> = []
  /// Of these: the exchange said something new meanwhile.
  private var again: Set<InstrumentID> = []
  let pace: InstrumentPace

  package init(
    ports: InstrumentPorts, tradeQuote: Symbol? = nil, log: Logger,
    pace: InstrumentPace = InstrumentPace(),
    list: @escaping @Sendable (String) async throws -> Data
  ) {
    self.tradeQuote = tradeQuote
    catalog = InstrumentCatalog(tradeQuote: tradeQuote)
    self.list = list
    self.ports = ports
    self.log = log
    self.pace = pace
  }

  var table: InstrumentTable { ports.table }

  var ids: [InstrumentID] {
    (0..<table.count).map { InstrumentID(index: UInt16($0)) }
  }

  /// Returns when cancelled.
  package func run() async {
    for id in ids { hold(id) }
    await withDiscardingTaskGroup { group in
      await look(&group)
      group.cancelAll()
    }
  }

  private func look(_ group: inout DiscardingTaskGroup) async {
    while !Task.isCancelled {
      var changed: Set<String> = []
      for push in ports.context.instrumentPushes.take() {
        changed.formUnion(catalog.merge(push: push))
      }
      if ports.context.instrumentPushes.takeBeginning() { isListOwed = true }
      if isReadDue, await read() { changed.formUnion(ids.map { name($0) }) }
      if !changed.isEmpty { learnUnderlyings() }
      // What stops trading does so before anything is waited for.
      let concerned =
        changed.isEmpty ? [] : ids.filter { changed.contains(name($0)) || newName(of: $0) != nil }
      for id in concerned { holdIfStopped(id) }
      for id in concerned {
        if !busy.insert(id).inserted {
          again.insert(id)
          continue
        }
        group.addTask { await self.follow(id) }
      }
      try? await Task.sleep(for: pace.poll)
    }
  }

  private func follow(_ id: InstrumentID) async {
    repeat {
      again.remove(id)
      await compare(id)
    } while again.contains(id) && !Task.isCancelled
    busy.remove(id)
  }

  private func newName(of id: InstrumentID) -> String? {
    catalog.newName(of: name(id), code: table[id].code)
  }

  private func learnUnderlyings() {
    ports.coolOffs.learn(
      Dictionary(uniqueKeysWithValues: ids.map { ($0, catalog.underlying(of: name($0))) }))
  }

  private func name(_ id: InstrumentID) -> String { table[id].symbol.description }

  /// One instrument against what the exchange states of it now.
  private func compare(_ id: InstrumentID) async {
    tellAnnounced(id)
    let held = table[id]
    let stated: Instrument?
    do { stated = try catalog.instrument(newName(of: id) ?? name(id), of: table) } catch {
      log.error("an instrument is not understood", metadata: ["reason": "\(error)"])
      ports.holds.hold(.instrument, .cancelOnly, "\(error)", for: id)
      return
    }
    var wanted: Instrument
    if let stated {
      missing.remove(name(id))
      wanted = stated
      // Its orders end by the code that they were placed by.
      if wanted.code <= 0 { wanted.code = held.code }
    } else {
      if held.state != .unlisted && missing.insert(name(id)).inserted { return }
      wanted = held
      missing.remove(name(id))
      wanted.state = .unlisted
      wanted.isTradable = false
    }
    let exact = stated == nil ? InstrumentChange(wanted, valueBefore: held.contractValue) : nil
    guard let change = exact ?? held.change(to: wanted) else {
      let words =
        "\(name(id)): tick \(wanted.tick) and lot \(wanted.lot) cannot be counted from "
        + "\(held.tick) and \(held.lot): restart the desk"
      log.error("\(words)")
      ports.holds.hold(.instrument, .cancelOnly, words, for: id)
      return
    }
    if change.instrument.isSame(as: held) {
      // An odd row may have held it meanwhile.
      hold(id)
      return
    }
    await take(change, was: held)
  }

  /// Held, then changed in every stage, then free again where it may trade.
  private func take(_ change: InstrumentChange, was held: Instrument) async {
    let id = held.id
    let before = name(id)
    let words = InstrumentWords.changes(from: held, to: change.instrument)
    log.notice(
      "the exchange changed an instrument",
      metadata: ["instrument": "\(name(id))", "changes": "\(words)"])
    if change.isOfUnits || change.isOfValue || change.isOfName {
      ports.holds.hold(
        .instrument, .cancelOnly, "\(name(id)): \(words), being taken over", for: id)
      await ordersToEnd(id)
      if Task.isCancelled { return }
    }
    if change.isOfUnits {
      ports.context.pause(id)
      try? await Task.sleep(for: pace.settling)
    }
    var change = change
    guard let number = ports.changes.add(&change) else {
      log.error("too many changes of instruments in one run: restart the desk")
      ports.holds.hold(.instrument, .cancelOnly, "\(name(id)): restart the desk", for: id)
      return
    }
    if !ports.telemetry.record(.instrument, InstrumentRecord(change.instrument)) {
      log.error("an instrument's change could not be put on record")
    }
    if change.isOfUnits { ports.context.change(change) }
    // No wait between the number and here: changes reach the stages in the order of their numbers.
    ports.mailbox.put(InstrumentMailbox.Change(number: number, instrument: change.instrument))
    await taken(number, id)
    if Task.isCancelled { return }
    ports.state.set(InstrumentEntry(change.instrument, of: table))
    if change.isOfName { tellRename(before, change.instrument) }
    if change.isOfUnits {
      // Records of all rings that were made before the change are in the journal by then, or soon.
      try? await Task.sleep(for: pace.settling)
      ports.context.resume(id)
    }
    hold(id)
    if change.isOfUnits {
      log.notice(
        "an instrument counts anew",
        metadata: [
          "instrument": "\(name(id))", "tick": "\(change.instrument.tick)",
          "lot": "\(change.instrument.lot)",
        ])
    }
  }

  private func tellRename(_ before: String, _ item: Instrument) {
    ports.rename(before, item.symbol.description)
    learnUnderlyings()
    log.error("\(InstrumentWords.renamed(before, item.symbol.description))")
  }

  private func ordersToEnd(_ id: InstrumentID) async {
    let begun = ContinuousClock.now
    var isTold = false
    repeat {
      try? await Task.sleep(for: pace.settling)
      if ports.working.own(id) == 0 { return }
      if !isTold && ContinuousClock.now - begun > pace.patience {
        isTold = true
        log.warning(
          "an instrument waits for its orders to end", metadata: ["instrument": "\(name(id))"])
      }
    } while !Task.isCancelled
  }

  private func taken(_ number: Int32, _ id: InstrumentID) async {
    let begun = ContinuousClock.now
    var isTold = false
    while !Task.isCancelled && !ports.changes.isFinished(number) {
      try? await Task.sleep(for: .milliseconds(10))
      if !isTold && ContinuousClock.now - begun > pace.patience {
        isTold = true
        log.error(
          "the stages have not taken an instrument's change", metadata: ["of": "\(name(id))"])
      }
    }
  }

  /// Ends by `hold`, once the stages know of the state.
  private func holdIfStopped(_ id: InstrumentID) {
    guard let stated = stopping(id) else { return }
    ports.holds.hold(
      .instrument, .cancelOnly, InstrumentWords.why(stated, successor: nil), for: id)
  }

  /// What the exchange states of an instrument that it stopped and that the stages still take for traded.
  private func stopping(_ id: InstrumentID) -> Instrument? {
    guard let stated = try? catalog.instrument(name(id), of: table), !stated.isTradable,
      table[id].isTradable
    else { return nil }
    return stated
  }

  /// The hold that the instrument's state asks for.
  private func hold(_ id: InstrumentID) {
    let item = table[id]
    if item.isTradable {
      // Stopped while an earlier change was taken: its own comes next.
      if stopping(id) != nil { return holdIfStopped(id) }
      ports.holds.end(.instrument, for: id)
      return
    }
    let words = InstrumentWords.why(item, successor: successor(of: id))
    if ports.holds.hold(.instrument, .cancelOnly, words, for: id) {
      log.error("an instrument is not traded", metadata: ["why": "\(words)"])
    }
  }

  /// The same base against USDC, where a pair against USD is gone (docs/OKX.md OKX-201).
  private func successor(of id: InstrumentID) -> String? {
    let name = name(id)
    guard table[id].state == .unlisted, name.hasSuffix("-USD") else { return nil }
    return catalog.lists(name + "C") ? name + "C" : nil
  }

  private func tellAnnounced(_ id: InstrumentID) {
    let announced = catalog.announced(name(id))
    let text = announced.map { InstrumentWords.announced($0) }.joined(separator: ", ")
    if text == told[name(id)] ?? "" { return }
    told[name(id)] = text
    if text.isEmpty { return }
    log.notice(
      "the exchange announces a change of an instrument",
      metadata: ["instrument": "\(name(id))", "changes": "\(text)"])
  }
}
