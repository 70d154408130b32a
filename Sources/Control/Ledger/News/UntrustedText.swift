// Text of the outside world, sealed: who reads it says so; control plane.

/// A headline, a post, a page: whoever wrote it may have written it for a model. It is not a `String`, has
/// no description, no mirror and no coding, so that no interpolation, log line, prompt or document shows it
/// by accident. `text(for:)` opens it; a gate test holds which files may.
public struct UntrustedText: Sendable, Hashable {
  private let raw: String

  public init(_ raw: String) { self.raw = raw }

  public var isEmpty: Bool { raw.isEmpty }
  /// Bytes of UTF-8.
  public var byteCount: Int { raw.utf8.count }

  /// Who may read it.
  public enum Reader: Sendable {
    /// The envelope of the news collector's prompt, and the rules that stand in for it.
    case newsCollector
    /// The database.
    case store
    /// A person at a terminal or a page that shows it as text.
    case person
  }

  public func text(for reader: Reader) -> String { raw }
}

extension UntrustedText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "untrusted text of \(byteCount) bytes" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
