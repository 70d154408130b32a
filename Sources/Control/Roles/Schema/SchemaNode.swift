// What one value of an answer may be: the tree that schema, prompt text and validator are all made from; control plane.

/// Which facts of the snapshot a value must be found among.
public enum Ground: String, Sendable, Hashable, CaseIterable {
  case instrument
  /// Within a tolerance of a price of the snapshot.
  case price
  /// A position or target, signed lots.
  case position
  case orderID = "order_id"
  case newsID = "news_id"
}

/// A node of the tree. `meaning` is one sentence with the unit; it goes to the model and to the docs.
public struct SchemaNode: Sendable, Hashable {
  public indirect enum Kind: Sendable, Hashable {
    case boolean
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    /// At most so many Unicode scalars.
    case text(charactersMax: Int)
    case choice([String])
    case list(of: SchemaNode, countMax: Int)
    case record([SchemaField])
  }

  public var kind: Kind
  public var meaning: String
  public var ground: Ground?
  /// May be null where the rest of the answer says so.
  public var isNullable: Bool

  public init(
    _ kind: Kind, _ meaning: String = "", ground: Ground? = nil, isNullable: Bool = false
  ) {
    self.kind = kind
    self.meaning = meaning
    self.ground = ground
    self.isNullable = isNullable
  }
}

/// A named node of a record. Order is the order in which the model is asked to write.
public struct SchemaField: Sendable, Hashable {
  public var name: String
  public var node: SchemaNode

  public init(_ name: String, _ node: SchemaNode) {
    self.name = name
    self.node = node
  }
}

extension SchemaNode {
  /// Limits of a tree itself, so that a role file cannot ask for anything unbounded.
  public static let fieldsMax = 32
  public static let listCountMax = 64
  public static let textCharactersMax = 2_000
  public static let choicesMax = 64
}
