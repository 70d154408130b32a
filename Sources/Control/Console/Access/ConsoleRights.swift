// What a holder of a session may do; control plane.

/// The state folder's token has all of them; a link may carry fewer.
public struct ConsoleRights: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// See everything that the page shows.
  public static let view = ConsoleRights(rawValue: 1)
  /// Save, roll back and promote prompts.
  public static let editPrompts = ConsoleRights(rawValue: 2)
  /// Publish signals; pause, resume, cancel, flatten.
  public static let risk = ConsoleRights(rawValue: 4)
  public static let all: ConsoleRights = [.view, .editPrompts, .risk]

  private static let named: [(word: String, right: ConsoleRights)] = [
    ("view", .view), ("edit_prompts", .editPrompts), ("risk", .risk),
  ]

  /// In the order of the above.
  public var words: [String] {
    ConsoleRights.named.filter { contains($0.right) }.map(\.word)
  }

  public static let words = named.map(\.word)

  /// Whoever acts also sees: `view` is always among them. Nil for no word, or one that names no right.
  public init?(words: [String]) {
    var rights: ConsoleRights = .view
    if words.isEmpty { return nil }
    for word in words {
      guard let found = ConsoleRights.named.first(where: { $0.word == word }) else { return nil }
      rights.insert(found.right)
    }
    self = rights
  }
}

/// What a link hands on.
struct Grant: Sendable, Hashable {
  var rights: ConsoleRights
  var person: String

  static let personBytesMax = 48

  /// A name that fits into a header, a log line and the journal: letters, digits and `. _ - @` and spaces.
  static func isPerson(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= personBytesMax
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || Array(" ._-@".utf8).contains(byte)
      }
  }
}
