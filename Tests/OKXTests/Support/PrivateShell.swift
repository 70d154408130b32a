// A private session with a clock and a wire that a test holds.
import OKX
import Quantities
import Testing

/// Owns a session and its clock; collects what it asks for.
final class PrivateShell {
  var session = PrivateSession(instruments: privateTable)
  var now: Int64 = 1_000_000_000
  var sent: [String] = []
  var logins = 0
  var reconnects: [FaultCode] = []
  var events: [PrivateEvent] = []

  var instant: Instant { Instant(nanoseconds: now) }
  var isReady: Bool { session.isReady }
  var counters: PrivateCounters { session.counters }
  var nextDeadline: Int64 { session.nextDeadline.nanoseconds }
  func faults(_ code: FaultCode) -> UInt64 { session.faults(code) }

  func connect() {
    session.connected(now: instant)
    poll()
  }

  func poll() {
    for _ in 0..<1000 {
      switch session.poll(now: instant) {
      case .none: return
      case .send: sent.append(unsafe String(decoding: session.outgoing, as: UTF8.self))
      case .login: logins += 1
      case .reconnect(let fault): reconnects.append(fault)
      }
    }
    Issue.record("poll never ends")
  }

  /// Moves the clock only to where the session asks to be woken, as a sleeping shell would.
  func pass(seconds: Double) {
    let end = now + Int64(seconds * 1e9)
    while session.nextDeadline.nanoseconds <= end {
      now = max(now, session.nextDeadline.nanoseconds)
      let before = session.nextDeadline
      poll()
      if session.nextDeadline == before && session.nextDeadline.nanoseconds <= now { break }
    }
    now = end
    poll()
  }

  @discardableResult
  func receive(_ text: String) -> PrivateOutcome {
    var text = text
    let outcome = text.withUTF8 {
      unsafe session.receive(UnsafeRawBufferPointer($0), now: instant, wall: privateWall)
    }
    for index in 0..<outcome.eventCount { events.append(session.event(index)) }
    if outcome.hasAction { poll() }
    return outcome
  }

  func takeSent() -> [String] {
    defer { sent = [] }
    return sent
  }

  /// Up to `ready`.
  func start() {
    connect()
    receive(loggedIn)
    for channel in ["orders", "account", "positions"] { receive(privateAck(channel)) }
    sent = []
  }
}

let loggedIn = #"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#
let subscribeAll =
  #"{"id":"s1","op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"},{"channel":"positions","instType":"ANY"}]}"#

func privateAck(_ channel: String, id: String = "s1") -> String {
  "{\"id\":\"\(id)\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"\(channel)\"},\"connId\":\"a\"}"
}
