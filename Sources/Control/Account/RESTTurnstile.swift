// The pacer's shell: callers wait at it for their turn, and leave when they are cancelled; control plane.

import Channels
import Quantities

actor RESTTurnstile {
  private var pacer = RESTPacer()

  /// Returns when the call may leave. Throws `RESTError.busy` when too many wait already.
  func pass(_ call: String, _ priority: RESTPriority) async throws -> RESTPacer.Ticket {
    guard let ticket = pacer.enter(call, priority) else { throw RESTError.busy(call) }
    do {
      while true {
        switch pacer.turn(ticket, now: .now()) {
        case .go: return ticket
        case .wait(let nanoseconds): try await Task.sleep(for: .nanoseconds(nanoseconds))
        }
      }
    } catch {
      pacer.end(ticket)
      throw error
    }
  }

  func end(_ ticket: RESTPacer.Ticket, _ error: RESTError? = nil) {
    pacer.end(ticket)
    if error?.isRateRefusal == true { pacer.hold(ticket, now: .now()) }
  }
}
