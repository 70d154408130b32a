// The fault script: which message of which instrument or connection meets what; simulation.

/// What can be done to a stream. Names are those of the script.
public enum FaultKind: String, Sendable, CaseIterable {
  /// Message N is not sent.
  case drop
  /// Message N is sent twice.
  case duplicate
  /// Message N is sent after message N + 1.
  case reorder
  /// Message N carries sequence numbers that skip ahead: nothing is lost but the chain.
  case gap
  /// From message N the sequence restarts lower, the chain unbroken.
  case reset
  /// After message N: an empty update whose two numbers are equal.
  case heartbeat
  /// After message N its connections are closed.
  case disconnect
  /// The next order (of the instrument) after message N is refused; argument: sCode, 50026 unless given.
  case reject
  /// After message N: a frame that is no JSON.
  case garbage
  /// The next snapshot of the instrument from message N on is not sent.
  case dropSnapshot = "drop-snapshot"
}

public struct FaultScript: Sendable, Equatable {
  public enum Target: Sendable, Equatable {
    case instrument(String)
    /// Counts the pushes of each connection; `disconnect`, `garbage`, `drop` and `duplicate` only.
    case connection
  }
  public struct Entry: Sendable, Equatable {
    public var message: Int
    public var target: Target
    public var kind: FaultKind
    public var argument: Int?
  }
  public var entries: [Entry]

  public init(_ entries: [Entry] = []) { self.entries = entries }
  /// Lines `at N of INSTRUMENT|connection KIND [ARGUMENT]`; `#` starts a comment.
  public init(text: String) throws(FaultScriptError) { entries = [] }
}

public struct FaultScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  public var line: Int
  public var message: String
  public var description: String { "fault script line \(line): \(message)" }
}

/// What happens to the pushes of one event.
public struct FaultPlan: Sendable, Equatable {
  public var isDropped = false
  public var isDuplicated = false
  public var isHeldBack = false
  public var isFollowedByHeartbeat = false
  public var isFollowedByGarbage = false
  /// The server closes the instrument's connections after sending.
  public var isFollowedByDisconnect = false
  public static let none = FaultPlan()
}

/// Runs a script: counts messages and says what befalls each.
public struct FaultInjector: Sendable {
  /// Kind to times injected.
  public private(set) var injected: [FaultKind: Int] = [:]

  public init(_ script: FaultScript, _ catalogue: InstrumentCatalogue) {}

  /// Before the engine applies `event`: `gap` and `reset` change its numbers and all later ones of the instrument.
  /// Only book events count; message 1 is the first.
  public mutating func plan(_ event: inout MarketEvent) -> FaultPlan { .none }
  /// True when the snapshot about to be sent must not be.
  public mutating func takesSnapshot(instrument: Int) -> Bool { false }
  /// The sCode that refuses this order, if one is due.
  public mutating func rejection(instrument: Int) -> Int? { nil }
  /// What befalls push number `message` (1 upwards) of a connection.
  public mutating func connectionFault(message: Int) -> FaultKind? { nil }
  /// A frame that is no JSON.
  public static let garbage: [UInt8] = Array("{\"arg\":{\"channel\":\u{1}<<garbage".utf8)
}
