// One piece of work that both kinds of benchmark run, and two of them side by side.

/// A batch of equal operations, always the same from one run to the next.
public struct Work {
  public let name: String
  /// What one operation is: `frame`, `record`, `order`.
  public let operation: String
  public let operationsPerRun: Int
  /// Runs the batch once. The answer is a digest of all it computed: nothing may be optimised away, and
  /// two works of a `Pair` must answer alike. 0 says that it failed.
  public let run: () -> UInt64
  /// Brings back the state that a batch starts from; called before each run and not timed.
  public let prepare: () -> Void

  public init(
    _ name: String, _ operation: String, count: Int, prepare: @escaping () -> Void = {},
    run: @escaping () -> UInt64
  ) {
    precondition(count > 0, "Invariant: a batch holds at least one operation")
    self.name = name
    self.operation = operation
    operationsPerRun = count
    self.run = run
    self.prepare = prepare
  }
}

/// Ours and another way to the same answer.
public struct Pair {
  public let name: String
  public let ours: Work
  public let peer: Work

  public init(_ name: String, ours: Work, peer: Work) {
    self.name = name
    self.ours = ours
    self.peer = peer
  }
}

/// All that is measured, module by module.
public enum Workloads {
  public static var pairs: [Pair] {
    WireWork.pairs + OKXWork.pairs + BookWork.pairs + ChannelsWork.pairs
  }
}

/// SplitMix64: the same material in every run.
public struct SeededRandom: RandomNumberGenerator {
  var state: UInt64
  public init(seed: UInt64) { state = seed }
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
