// Holds an underlying's contracts at reduceOnly while the exchange lets them only reduce, and tells of it; control plane.

import Journal
import Logging
import Quantities
import Synchronization

/// Refusals come from the Recorder's thread and hold at once; a task ends what is over and writes the log.
package final class CoolOffKeeper: Sendable {
  private struct State {
    var coolOffs = CoolOffs()
    /// Of swaps and futures, as the exchange lists them.
    var underlyings: [InstrumentID: String] = [:]
    /// As they were when the pause began: a list that is read meanwhile leaves nobody held.
    var held: [String: [InstrumentID]] = [:]
    var notes: [String] = []
  }

  private let table: InstrumentTable
  private let holds: VenueHolds
  private let state = Mutex(State())

  static let poll = Duration.milliseconds(200)
  /// docs/OKX.md OKX-198.
  package static let code: Int32 = 54_094

  package init(table: InstrumentTable, holds: VenueHolds) {
    self.table = table
    self.holds = holds
  }

  package func learn(_ underlyings: [InstrumentID: String]) {
    state.withLock { $0.underlyings = underlyings }
  }

  package func take(_ refusal: RefusalRecord, at now: Instant = .now()) {
    let id = refusal.instrument
    if refusal.exchangeCode != CoolOffKeeper.code || Int(id.index) >= table.count { return }
    state.withLock { state in
      let underlying = CoolOffKeeper.underlying(of: id, state, table)
      guard let period = state.coolOffs.refused(underlying, at: now) else { return }
      let words =
        "\(underlying) is in a cool-off of this account (54094): its swaps and futures only reduce; an order finds "
        + "out in \(period.pauseNanoseconds / 1_000_000_000) s whether it is over"
      let contracts = CoolOffKeeper.contracts(of: underlying, state, table)
      state.held[underlying] = contracts
      for held in contracts { holds.hold(.coolOff, .reduceOnly, words, for: held) }
      state.notes.append(words)
    }
  }

  /// Ends the holds whose pause is over.
  package func release(at now: Instant = .now()) {
    state.withLock { state in
      for underlying in state.coolOffs.due(now) {
        for held in state.held.removeValue(forKey: underlying) ?? [] {
          holds.end(.coolOff, for: held)
        }
        state.notes.append(
          "\(underlying): the pause of its cool-off is over, the next order finds out")
      }
    }
  }

  /// What is to be told, once.
  package func takeNotes() -> [String] {
    state.withLock { state in
      defer { state.notes = [] }
      return state.notes
    }
  }

  /// Returns when cancelled.
  func run(log: Logger) async {
    while !Task.isCancelled {
      release()
      for note in takeNotes() { log.warning("\(note)") }
      try? await Task.sleep(for: CoolOffKeeper.poll)
    }
  }

  /// The instrument's own name where the list does not say: it is held alone then.
  private static func underlying(
    of id: InstrumentID, _ state: State, _ table: InstrumentTable
  ) -> String {
    let known = state.underlyings[id] ?? ""
    return known.isEmpty ? table[id].symbol.description : known
  }

  private static func contracts(
    of underlying: String, _ state: State, _ table: InstrumentTable
  ) -> [InstrumentID] {
    (0..<table.count).map { InstrumentID(index: UInt16($0)) }.filter { id in
      (table[id].type == .swap || table[id].type == .futures)
        && self.underlying(of: id, state, table) == underlying
    }
  }
}
