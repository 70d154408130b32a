// Silence on a connection: when to ask whether it lives, and when to give it up; hot plane.

import Quantities
import Wire

/// How long silence may last. OKX closes a connection that was silent for 30 s (docs/OKX.md OKX-006).
public struct SilenceLimits: Sendable, BitwiseCopyable {
  /// Silence after which we send `ping`.
  public var pingNanoseconds: Int64 = 15_000_000_000
  /// Silence after `ping` that means the connection is dead.
  public var pongNanoseconds: Int64 = 8_000_000_000

  public init() {}
}

/// What a silence calls for.
@frozen
public enum SilenceNeed: UInt8, Sendable, BitwiseCopyable {
  case nothing = 0
  /// Send `SilenceProbe.ping` as a text message: asked for once per silence.
  case ping = 1
  /// The ping was not answered.
  case dead = 2
}

/// The one timer of both sessions and of the tap: any message ends a silence.
public struct SilenceProbe: Sendable, BitwiseCopyable {
  private let limits: SilenceLimits
  private var heardAt: Instant = .zero
  private var pingedAt: Instant = .zero
  private var isPinged = false

  /// What asks: a text message, no WebSocket ping.
  public static var ping: StaticString { "ping" }

  public init(_ limits: SilenceLimits = SilenceLimits()) { self.limits = limits }

  /// A message came, or the connection opened.
  @_noLocks
  public mutating func heard(_ now: Instant) {
    heardAt = now
    isPinged = false
  }

  @_noLocks
  public mutating func need(_ now: Instant) -> SilenceNeed {
    if now < deadline { return .nothing }
    if isPinged { return .dead }
    isPinged = true
    pingedAt = now
    return .ping
  }

  /// When `need` has something to say if nothing is heard until then.
  public var deadline: Instant {
    @_noLocks get {
      isPinged
        ? pingedAt.advanced(byNanoseconds: limits.pongNanoseconds)
        : heardAt.advanced(byNanoseconds: limits.pingNanoseconds)
    }
  }
}

extension JSONScanner {
  /// The whole message is the text `pong`.
  var isPong: Bool {
    @_noLocks get {
      count == 4 && byte(at: 0) == 0x70 && byte(at: 1) == 0x6F && byte(at: 2) == 0x6E
        && byte(at: 3) == 0x67
    }
  }
}
