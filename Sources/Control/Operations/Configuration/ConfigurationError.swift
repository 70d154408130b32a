// Why a configuration was refused: every problem at once, each with its place; control plane.

public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// 1-based; 0 when the problem has no place in the file.
    public var line: Int
    public var column: Int
    public var message: String

    public init(line: Int = 0, column: Int = 0, _ message: String) {
      self.line = line
      self.column = column
      self.message = message
    }

    public var description: String { line > 0 ? "\(line):\(column): \(message)" : message }
  }

  /// The file's name, or where else the values came from.
  public var source: String
  public var problems: [Problem]

  public init(source: String, problems: [Problem]) {
    self.source = source
    self.problems = problems
  }

  public var description: String {
    problems.map { problem in
      problem.line > 0 ? "\(source):\(problem)" : "\(source): \(problem)"
    }.joined(separator: "\n")
  }
}
