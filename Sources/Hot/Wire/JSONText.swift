// Where a JSON string or number lies in a message, and names to compare it with; hot plane.

/// A range of the scanned message: the bytes between a string's quotes, or a number's own bytes.
@frozen
public struct JSONText: Sendable, BitwiseCopyable {
  public var start: Int
  public var count: Int
  /// The string holds a backslash: its bytes are not yet its value.
  public var hasEscapes: Bool

  @inlinable
  public init(start: Int, count: Int, hasEscapes: Bool = false) {
    self.start = start
    self.count = count
    self.hasEscapes = hasEscapes
  }
  @inlinable public var end: Int { start &+ count }
  @inlinable public static var empty: JSONText { JSONText(start: 0, count: 0) }
}
