// One step of a run: what it does and which rules it can judge; control plane.

public struct ConformStep: Sendable {
  /// Such as `books.chain`: the chapter, then what is looked at.
  public var name: String
  /// One sentence for the list.
  public var what: String
  /// Each of them gets a finding: *not seen* where the step brings none.
  public var rules: [String]
  /// Slow and quiet: it runs beside the others, on connections of its own.
  public var runsBeside: Bool
  public var run: @Sendable (ConformBench, Findings) async throws -> Void

  public init(
    _ name: String, _ what: String, rules: [String], runsBeside: Bool = false,
    run: @escaping @Sendable (ConformBench, Findings) async throws -> Void
  ) {
    self.name = name
    self.what = what
    self.rules = rules
    self.runsBeside = runsBeside
    self.run = run
  }
}
