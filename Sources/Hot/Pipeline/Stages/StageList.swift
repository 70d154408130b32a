// Which stages a thread polls, and which lists of them a core runs; hot plane.

import State

/// The stages of one thread. They are polled in the order in which orders pass through them.
public struct StageList: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var feed: StageList { StageList(rawValue: 1) }
  @inlinable public static var builder: StageList { StageList(rawValue: 2) }
  @inlinable public static var gate: StageList { StageList(rawValue: 4) }
  @inlinable public static var sender: StageList { StageList(rawValue: 8) }
  @inlinable public static var all: StageList { StageList(rawValue: 15) }

  /// What the thread is called.
  public var name: String {
    switch self {
    case .feed: "feed"
    case .builder: "builder"
    case .gate: "gate"
    case .sender: "sender"
    default: "hot"
    }
  }
}

extension RunTopology {
  /// How the four stages are spread over threads: no more than a list of stages for each.
  public var threads: [StageList] {
    switch self {
    case .split: [.feed, .builder, .gate, .sender]
    case .fused: [.all]
    }
  }
}
