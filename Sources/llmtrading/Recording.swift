// A recording under way: connects, connects again, writes what comes, says how it goes.
import ArgumentParser
import Channels
import Dialing
import Foundation
import Market
import OKX
import Quantities
import Transport

struct Recording: ~Copyable {
  private let source: RecordSource
  private var tape: Tape
  private var pacer = ConnectPacer(seed: UInt64.random(in: 1...UInt64.max))

  init(
    source: RecordSource, writer: consuming RecordingWriter, framesMax: Int, end: Instant?,
    stop: InterruptFlag
  ) {
    self.source = source
    tape = Tape(source, writer: writer, framesMax: framesMax, end: end, stop: stop)
  }

  mutating func run() throws {
    let choice = Transport.choose(requested: source.transport)
    tape.say("\(source.url), \(source.channels.count) subscriptions, \(choice.reason)")
    var session = try MessageSession(kind: choice.kind)
    var failures = 0
    while !tape.isOver {
      if !pacer.take(requests: tape.requestsOnConnect, now: .now()) {
        Thread.sleep(forTimeInterval: 0.2)
        continue
      }
      let before = tape.frames
      do throws(DialError) {
        let outcome = try session.connect(source.request, &tape)
        if tape.isOver { break }
        tape.say("connection lost: \(outcome.fault), close code \(outcome.closeCode)")
      } catch {
        tape.say("no connection: \(error)")
      }
      failures = tape.frames > before ? 1 : failures + 1
      let wait = pacer.backoffNanoseconds(failures: failures)
      tape.pause(nanoseconds: wait)
    }
    try tape.finish()
  }
}

/// What a recording does with a connection's messages.
private struct Tape: MessageHandler, ~Copyable {
  private let url: String
  private let login: ((Int64) -> [UInt8])?
  private var tap: PublicTap
  private var writer: RecordingWriter
  private let framesMax: Int
  private let end: Instant?
  private let stop: InterruptFlag
  private let begin = Instant.now()
  private var shownAt = Instant.now()
  private var bytes = 0
  private var failure: RecordingError?
  private var refusal: String?

  init(
    _ source: RecordSource, writer: consuming RecordingWriter, framesMax: Int, end: Instant?,
    stop: InterruptFlag
  ) {
    url = source.url
    login = source.login
    tap = PublicTap(channels: source.channels)
    self.writer = writer
    self.framesMax = framesMax
    self.end = end
    self.stop = stop
  }

  var frames: Int { writer.frames }
  var requestsOnConnect: Int { tap.requestsOnConnect }
  var isOver: Bool {
    stop.isSet || failure != nil || refusal != nil || frames >= framesMax
      || end.map { Instant.now() >= $0 } ?? false
  }

  func say(_ text: String) { FileHandle.standardError.write(Data("record: \(text)\n".utf8)) }

  func pause(nanoseconds: Int64) {
    let until = Instant.now().advanced(byNanoseconds: nanoseconds)
    while !isOver && Instant.now() < until { Thread.sleep(forTimeInterval: 0.05) }
  }

  mutating func finish() throws {
    do { try writer.flush() } catch { failure = failure ?? error }
    say("\(frames) frames, \(bytes) bytes")
    if let failure { throw failure }
    if let refusal { throw ValidationError(refusal) }
  }

  private var wallNanoseconds: Int64 { ClockPair.now().wallNanoseconds }

  mutating func opened(now: Instant) -> MessageReply {
    let url = url
    write { writer, time throws(RecordingError) in try writer.opened(url: url, at: time) }
    let texts = tap.opened(
      now: now, login: login.map { sign in { sign(WallMilliseconds.now().milliseconds / 1_000) } })
    return send(texts)
  }

  /// Requests go on the tape; a login, which holds a signature, does not.
  private mutating func send(_ texts: [[UInt8]]) -> MessageReply {
    let url = url
    for text in texts where text.starts(with: Array("{\"id\"".utf8)) {
      write { writer, time throws(RecordingError) in
        try writer.sent(url: url, text, at: time)
      }
    }
    return failure == nil ? .texts(texts) : .end(.none)
  }

  mutating func take(isText: Bool, _ payload: UnsafeRawBufferPointer, receivedAt: Instant)
    -> MessageReply
  {
    if !isText { return .none }
    let event = unsafe tap.take(payload, receivedAt: receivedAt)
    if event == .pong { return .none }
    let text = unsafe [UInt8](payload)
    bytes += text.count
    write { writer, time throws(RecordingError) in try writer.received(text, at: time) }
    if isOver { return .end(.none) }
    switch event {
    case .loggedIn: return send(tap.subscriptions)
    case .refused(let code, let message, _):
      say("the exchange refuses: \(code) \(message)")
      if tap.live == 0 && frames <= 1 {
        refusal = "nothing can be recorded: the exchange said \(code) \(message)"
        return .end(.none)
      }
      return .none
    case .upgrade: return .end(.notice)
    default: return .none
    }
  }

  mutating func tick(now: Instant) -> MessageReply {
    if isOver { return .end(.none) }
    if now.since(shownAt) >= 1_000_000_000 {
      shownAt = now
      let seconds = now.since(begin) / 1_000_000_000
      say("\(seconds) s  \(frames) frames  \(bytes / 1_024) KiB  \(tap.live) subscriptions live")
    }
    return tap.tick(now: now).map { .texts([$0]) } ?? .none
  }

  private mutating func write(
    _ body: (inout RecordingWriter, Int64) throws(RecordingError) -> Void
  ) {
    do { try body(&writer, wallNanoseconds) } catch { failure = failure ?? error }
  }
}
