// What is wrong in a prompt document, and where; control plane.

/// Line and column count from 1, columns in Unicode scalars.
public struct PromptProblem: Error, Sendable, Hashable, Codable {
  /// Stable words.
  public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
    case syntax
    case tooLarge = "too_large"
    case anchor
    case alias
    case duplicateKey = "duplicate_key"
    case unknownKey = "unknown_key"
    case missing
    case wrongType = "wrong_type"
    case outOfRange = "out_of_range"
    case empty
    case tooDeep = "too_deep"
    case placeholder
    case role
    case character
  }

  public var code: Code
  public var line: Int
  public var column: Int
  public var message: String

  public init(_ code: Code, line: Int, column: Int, _ message: String) {
    self.code = code
    self.line = line
    self.column = column
    self.message = message
  }
}

/// Everything that is wrong with a document, in its order.
public struct PromptProblems: Error, Sendable, Hashable, CustomStringConvertible {
  public var items: [PromptProblem]

  public var description: String {
    items.map { "\($0.line):\($0.column): \($0.message)" }.joined(separator: "\n")
  }
}
