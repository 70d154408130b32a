// Why a check could not go on; control plane.

/// Nothing that was waited for came in time.
public struct ConformSilence: Error, Sendable, CustomStringConvertible {
  /// Such as `no acknowledgement of books in 5 s`.
  public var description: String

  public init(_ what: String, seconds: Double, line: String) {
    description = "no \(what) on the \(line) line in \(seconds) s"
  }
}

/// The check itself cannot be made: no connection, no such instrument, no money.
public struct ConformHindrance: Error, Sendable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
