// Why an answer is not of its role's schema; control plane.

/// Carries no value of the answer: it may go back to the model and into a record.
public struct SchemaViolation: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case wrongType = "wrong_type"
    case missing
    /// A name that the schema does not know.
    case unknown
    case range
    case tooLong = "too_long"
    case tooMany = "too_many"
    case notAChoice = "not_a_choice"
    /// `abstain` is false and the field is null.
    case nullWithoutAbstention = "null_without_abstention"
    /// `abstain` is true and the field is not null.
    case valueWithAbstention = "value_with_abstention"
    case controlCharacter = "control_character"
  }

  public var code: Code
  /// JSON Pointer (RFC 6901) of the place; empty for the whole answer. An unknown name is not repeated.
  public var path: String
  /// What is expected there.
  public var expected: String

  public init(_ code: Code, at path: String, expected: String) {
    self.code = code
    self.path = path
    self.expected = expected
  }

  public var description: String {
    "\(code.rawValue) at \(path.isEmpty ? "the root" : path): expected \(expected)"
  }
}
