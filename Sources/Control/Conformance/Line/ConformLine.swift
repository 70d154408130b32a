// One WebSocket of a check: what is sent, what comes, and how it ends; control plane.

import Dialing
import Foundation
import JSON
import Quantities
import Synchronization
import Transport
import Wire

/// A connection with a thread of its own that keeps every frame. `close` before it is dropped.
public final class ConformLine: Sendable {
  public let name: String
  private let log: FrameLog
  private let state = Mutex(State())
  private let cancellation = DialCancellation()

  struct State {
    var frames: [ConformFrame] = []
    var outgoing: [[UInt8]] = []
    var isOpen = false
    var isClosing = false
    /// Sends `ping` when nothing came for so long; nil: never.
    var pingAfterNanoseconds: Int64? = 15_000_000_000
    var lastHeard = Instant.zero
    var outcome: MessageOutcome?
    var failure: DialError?
    /// First frame that no `next` has passed yet.
    var cursor = 0
  }

  public static let waitSeconds = 5.0
  private static let tickNanoseconds: Int64 = 4_000_000
  private static let silenceNanoseconds: Int64 = 75_000_000_000

  init(name: String, log: FrameLog) {
    self.name = name
    self.log = log
  }

  /// Dials; throws `DialError` where no WebSocket came of it.
  func open(_ request: DialRequest) async throws {
    let thread = Thread { [self] in run(request) }
    thread.stackSize = 1 << 20
    thread.name = name
    thread.start()
    while true {
      let (isOpen, failure) = state.withLock { ($0.isOpen, $0.failure) }
      if let failure { throw failure }
      if isOpen { return }
      try await Task.sleep(nanoseconds: 2_000_000)
    }
  }

  private func run(_ request: DialRequest) {
    do throws(DialError) {
      var session = try MessageSession(
        kind: Transport.choose(requested: nil).kind,
        silenceNanosecondsMax: ConformLine.silenceNanoseconds,
        tickNanoseconds: ConformLine.tickNanoseconds)
      var tap = Tap(line: self)
      let outcome = try session.connect(request, &tap, cancellation: cancellation)
      state.withLock { $0.outcome = outcome }
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  // MARK: What is sent

  public func send(_ json: JSONValue) { send(text: json.canonical) }

  public func send(text: String) {
    log.add(name, .sent, text)
    state.withLock { $0.outgoing.append(Array(text.utf8)) }
  }

  /// Whether it pings when nothing comes (docs/OKX.md OKX-006); it does unless told not to.
  public func keepsAlive(_ does: Bool) {
    state.withLock { $0.pingAfterNanoseconds = does ? 15_000_000_000 : nil }
  }

  // MARK: What came

  /// All frames so far.
  public var frames: [ConformFrame] { state.withLock { $0.frames } }

  /// The number that the next frame will have: a mark for `next(after:)`.
  public var mark: Int { state.withLock { $0.frames.count } }

  /// The first frame from the mark on that fits, waited for.
  /// - Parameter mark: nil: behind the last frame that `next` gave.
  public func next(
    _ what: String, after mark: Int? = nil, seconds: Double = ConformLine.waitSeconds,
    where fits: @Sendable (ConformFrame) -> Bool
  ) async throws -> ConformFrame {
    let deadline = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    var index = mark ?? state.withLock { $0.cursor }
    while true {
      let (fresh, isOver) = state.withLock { held in
        (Array(held.frames.dropFirst(index)), held.outcome != nil || held.failure != nil)
      }
      for frame in fresh {
        index = frame.index + 1
        if fits(frame) {
          state.withLock { $0.cursor = max($0.cursor, index) }
          return frame
        }
      }
      if isOver || Instant.now() > deadline {
        throw ConformSilence(isOver ? "\(what) (it ended)" : what, seconds: seconds, line: name)
      }
      try await Task.sleep(nanoseconds: 2_000_000)
    }
  }

  /// Every frame from the mark on that fits, after so long or once there are `count`.
  public func collect(
    seconds: Double, after mark: Int? = nil, count: Int = .max,
    where fits: @Sendable (ConformFrame) -> Bool
  ) async throws -> [ConformFrame] {
    let begin = mark ?? state.withLock { $0.cursor }
    let deadline = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    while true {
      let found = state.withLock { $0.frames.dropFirst(begin).filter(fits) }
      if found.count >= count || Instant.now() > deadline || ended != nil {
        let kept = Array(found.prefix(count))
        if let last = kept.last { state.withLock { $0.cursor = max($0.cursor, last.index + 1) } }
        return kept
      }
      try await Task.sleep(nanoseconds: 5_000_000)
    }
  }

  /// How it ended; nil while it lives.
  public var ended: MessageOutcome? { state.withLock { $0.outcome } }

  /// Waits for its end.
  public func end(seconds: Double) async throws -> MessageOutcome {
    let deadline = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    while Instant.now() < deadline {
      if let ended { return ended }
      try await Task.sleep(nanoseconds: 5_000_000)
    }
    throw ConformSilence("end of the connection", seconds: seconds, line: name)
  }

  public func close() {
    state.withLock { $0.isClosing = true }
    cancellation.cancel()
  }

  // MARK: The thread

  fileprivate func opened() {
    state.withLock {
      $0.isOpen = true
      $0.lastHeard = .now()
    }
  }

  fileprivate func take(_ text: String, at: Instant) {
    log.add(name, .received, text)
    let json = (try? JSONValue(parsing: text)) ?? .null
    state.withLock {
      $0.lastHeard = at
      $0.frames.append(
        ConformFrame(index: $0.frames.count, at: at, text: text, json: json))
    }
  }

  fileprivate func outgoing() -> MessageReply {
    state.withLock { held in
      if held.isClosing { return .end(.none) }
      if let after = held.pingAfterNanoseconds, Instant.now().since(held.lastHeard) > after {
        held.lastHeard = .now()
        held.outgoing.append(Array("ping".utf8))
      }
      if held.outgoing.isEmpty { return .none }
      defer { held.outgoing = [] }
      return .texts(held.outgoing)
    }
  }

  private struct Tap: MessageHandler, ~Copyable {
    let line: ConformLine

    mutating func opened(now: Instant) -> MessageReply {
      line.opened()
      return .none
    }

    mutating func take(
      isText: Bool, _ payload: UnsafeRawBufferPointer, receivedAt: Instant
    ) -> MessageReply {
      line.take(unsafe String(decoding: payload, as: UTF8.self), at: receivedAt)
      return line.outgoing()
    }

    mutating func tick(now: Instant) -> MessageReply { line.outgoing() }
  }
}
