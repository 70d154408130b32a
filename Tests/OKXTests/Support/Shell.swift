// The thin shell around a public session, as a test drives it: texts in, texts and messages out.

import OKX
import Quantities
import Testing

/// Owns a session and its clock; collects what it sends and commits.
final class Shell {
  var session: PublicSession
  var now: Int64 = 1_000_000_000
  var sent: [String] = []
  var committed: [Decoded] = []
  var reconnects: [FaultCode] = []
  var logins = 0
  let claim = Claim()
  /// Set to play a full market ring.
  var isRingFull = false

  init(
    _ subscriptions: [PublicSubscription], _ instruments: InstrumentTable = usualTable,
    configuration: PublicSessionConfiguration = PublicSessionConfiguration()
  ) throws {
    session = try PublicSession(
      instruments: instruments, subscriptions: subscriptions, configuration: configuration)
  }

  // A `~Copyable` session cannot stand inside `#expect`; these copies can.
  var isComplete: Bool { session.isComplete }
  var openLines: Int { session.openLines }
  var counters: PublicCounters { session.counters }
  var nextDeadline: Instant { session.nextDeadline }
  func isValid(_ instrument: InstrumentID) -> Bool { session.isValid(instrument) }
  func faults(_ code: FaultCode) -> UInt64 { session.faults(code) }
  func counters(of instrument: InstrumentID) -> PublicInstrumentCounters {
    session.counters(of: instrument)
  }
  func resync(_ instrument: InstrumentID, _ fault: FaultCode) -> Bool {
    session.resync(instrument, fault: fault, now: instant)
  }

  var instant: Instant { Instant(nanoseconds: now) }

  func take(_ change: InstrumentChange) {
    _ = session.take(change, now: instant)
    poll()
  }

  func connect() {
    session.connected(now: instant)
    poll()
  }

  func pass(seconds: Double) {
    now += Int64(seconds * 1e9)
    poll()
  }

  /// Polls until there is nothing to do.
  func poll() {
    for _ in 0..<10_000 {
      let empty = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
      switch unsafe session.poll(now: instant, into: isRingFull ? empty : claim.buffer) {
      case .none: return
      case .send: sent.append(unsafe String(decoding: session.outgoing, as: UTF8.self))
      case .market(let byteCount): commit(byteCount)
      case .login: logins += 1
      case .reconnect(let fault): reconnects.append(fault)
      }
    }
    Issue.record("poll never ends")
  }

  private func commit(_ byteCount: Int) {
    guard let messages = claim.messages(byteCount) else {
      Issue.record("half a message")
      return
    }
    committed += messages
  }

  @discardableResult
  func receive(_ text: String) -> PublicOutcome {
    var text = text
    let outcome = text.withUTF8 { bytes in
      unsafe session.receive(
        UnsafeRawBufferPointer(bytes), receivedAt: instant, stamp: .zero,
        into: claim.buffer)
    }
    commit(outcome.byteCount)
    if outcome.hasAction { poll() }
    return outcome
  }

  /// Takes what was sent since the last call.
  func takeSent() -> [String] {
    defer { sent = [] }
    return sent
  }
  func takeCommitted() -> [Decoded] {
    defer { committed = [] }
    return committed
  }
}

enum Text {
  static func book(
    _ previous: Int64, _ sequence: Int64, channel: String = "books",
    bids: String = "[\"10\",\"1\",\"0\",\"1\"]"
  ) -> String {
    book("BTC-USDT", previous, sequence, channel: channel, bids: bids)
  }
  static func book(
    _ instrument: String, _ previous: Int64, _ sequence: Int64,
    channel: String = "books", bids: String = "[\"10\",\"1\",\"0\",\"1\"]", asks: String = "",
    action: String? = nil
  ) -> String {
    let action = action ?? (previous == -1 ? "snapshot" : "update")
    return
      "{\"arg\":{\"channel\":\"\(channel)\",\"instId\":\"\(instrument)\"},\"action\":\"\(action)\",\"data\":[{\"asks\":[\(asks)],\"bids\":[\(bids)],\"ts\":\"1\",\"checksum\":0,\"seqId\":\(sequence),\"prevSeqId\":\(previous)}]}"
  }
  static func ack(
    _ event: String, _ id: Int?, _ channel: String = "books", _ instrument: String = "BTC-USDT"
  ) -> String {
    let id = id.map { "\"id\":\"\($0)\"," } ?? ""
    return
      "{\(id)\"event\":\"\(event)\",\"arg\":{\"channel\":\"\(channel)\",\"instId\":\"\(instrument)\"},\"connId\":\"a\"}"
  }
  static func request(_ id: Int, _ operation: String, _ args: [(String, String)]) -> String {
    let list = args.map { "{\"channel\":\"\($0.0)\",\"instId\":\"\($0.1)\"}" }
    return "{\"id\":\"\(id)\",\"op\":\"\(operation)\",\"args\":[\(list.joined(separator: ","))]}"
  }
}

func line(_ channel: MarketChannel, _ instrument: InstrumentID = bitcoin) -> PublicSubscription {
  PublicSubscription(channel: channel, instrument: instrument)
}
