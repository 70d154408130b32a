// Why a text is not one JSON value; control plane.

/// Where and why parsing stopped.
public struct JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case empty
    case tooLarge = "too_large"
    case notUTF8 = "not_utf8"
    case unexpected
    /// The text ends inside of the value.
    case truncated
    /// Something follows the value: a second object, prose, a fence.
    case trailing
    case tooDeep = "too_deep"
    case duplicateKey = "duplicate_key"
    case badNumber = "bad_number"
    case badEscape = "bad_escape"
    case controlCharacter = "control_character"
    /// An escaped surrogate without its other half.
    case loneSurrogate = "lone_surrogate"
  }

  public var code: Code
  /// Byte offset into the text.
  public var offset: Int

  public init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  public var description: String { "\(code.rawValue) at byte \(offset)" }
}
