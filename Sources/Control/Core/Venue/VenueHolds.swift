// What the exchange's own state keeps the desk from: several reasons, one stop source; control plane.

import Pipeline
import Quantities
import Synchronization

/// Owns the board's cells of `StopSource.exchange`: each scope's is the strictest of its reasons. Reasons come and go as
/// the exchange's state does; nobody rearms them.
public final class VenueHolds: Sendable {
  public enum Reason: String, Sendable, CaseIterable {
    /// Our clock and the exchange's lie too far apart.
    case clock
    /// The instrument does not trade, or its ticks and lots are being exchanged.
    case instrument
    /// The exchange is under maintenance, or about to be.
    case maintenance
    /// The exchange lets the instrument's underlying only reduce.
    case coolOff
  }

  private struct Hold: Sendable {
    var state: TradingState
    var words: String
  }

  private let board: StopBoard
  private let wake: @Sendable () -> Void
  private let holds = Mutex<[InstrumentID: [Reason: Hold]]>([:])

  public init(board: StopBoard, wake: @escaping @Sendable () -> Void) {
    self.board = board
    self.wake = wake
  }

  /// True where this changes what the reason asks for. `.active` ends it.
  @discardableResult
  public func hold(
    _ reason: Reason, _ state: TradingState, _ words: String, for id: InstrumentID = .none
  ) -> Bool {
    let isChange = holds.withLock { held in
      let before = held[id]?[reason]?.state ?? .active
      held[id, default: [:]][reason] = state == .active ? nil : Hold(state: state, words: words)
      let strictest = held[id]?.values.map(\.state.rawValue).max() ?? TradingState.active.rawValue
      board.request(TradingState(rawValue: strictest) ?? .halted, by: .exchange, for: id)
      return before != state
    }
    if isChange { wake() }
    return isChange
  }

  public func end(_ reason: Reason, for id: InstrumentID = .none) {
    hold(reason, .active, "", for: id)
  }

  /// Why the exchange's source holds this scope, for records and answers; empty where it does not.
  public func words(for id: InstrumentID) -> String {
    holds.withLock { held in
      (held[id] ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value.words)
        .joined(separator: "; ")
    }
  }
}
