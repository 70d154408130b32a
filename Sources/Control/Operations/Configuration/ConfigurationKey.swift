// One documented key: its path, type, unit, default, meaning, and where it lives in the value; control plane.

/// `path` names nested keys with points; a part `*` stands for any name (an instrument, a module).
public struct ConfigurationKey: Sendable {
  public let path: [String]
  public let typeName: String
  public let isList: Bool
  /// Empty where a number has no unit.
  public let unit: String
  public let meaning: String
  /// As the file would say it; nil where there is none.
  public let defaultText: String?
  let range: ClosedRange<Int64>?
  /// False when the texts are no such value.
  let set: @Sendable (inout Configuration, _ wildcard: String, [String]) -> Bool
  /// Each name that the wildcard stands for (one empty name without a wildcard) and its texts.
  let get: @Sendable (Configuration) -> [(wildcard: String, texts: [String])]

  public var name: String { path.joined(separator: ".") }

  init<Value: ConfigurationValue>(
    _ name: String, _ place: WritableKeyPath<Configuration, Value> & Sendable, unit: String = "",
    range: ClosedRange<Int64>? = nil, _ meaning: String
  ) {
    self.init(
      name, unit: unit, range: range, meaning, read: { $0[keyPath: place] },
      write: { $0[keyPath: place] = $1 })
  }

  init<Value: ConfigurationValue>(
    _ name: String, unit: String, range: ClosedRange<Int64>?, _ meaning: String,
    read: @escaping @Sendable (Configuration) -> Value,
    write: @escaping @Sendable (inout Configuration, Value) -> Void
  ) {
    path = name.split(separator: ".").map(String.init)
    typeName = Value.typeName
    isList = Value.isList
    self.unit = unit
    self.range = range
    self.meaning = meaning
    defaultText = read(Configuration()).texts.map {
      Value.isList ? "[" + $0.joined(separator: ", ") + "]" : $0[0]
    }
    set = { configuration, _, texts in
      guard let value = Value.parse(texts), Self.contains(range, texts) else { return false }
      write(&configuration, value)
      return true
    }
    get = { configuration in read(configuration).texts.map { [("", $0)] } ?? [] }
  }

  /// A key below a name of the user's own: `table[name]` is `Entry`, `place` the field in it.
  init<Entry: Sendable, Value: ConfigurationValue>(
    _ name: String, in table: WritableKeyPath<Configuration, [String: Entry]> & Sendable,
    new: Entry, _ place: WritableKeyPath<Entry, Value> & Sendable, unit: String = "",
    range: ClosedRange<Int64>? = nil, _ meaning: String
  ) {
    path = name.split(separator: ".").map(String.init)
    typeName = Value.typeName
    isList = Value.isList
    self.unit = unit
    self.range = range
    self.meaning = meaning
    defaultText = nil
    set = { configuration, wildcard, texts in
      guard let value = Value.parse(texts), Self.contains(range, texts) else { return false }
      configuration[keyPath: table][wildcard, default: new][keyPath: place] = value
      return true
    }
    get = { configuration in
      configuration[keyPath: table].sorted { $0.key < $1.key }.compactMap { name, entry in
        entry[keyPath: place].texts.map { (name, $0) }
      }
    }
  }

  private static func contains(_ range: ClosedRange<Int64>?, _ texts: [String]) -> Bool {
    guard let range else { return true }
    return texts.allSatisfy { Int64($0).map(range.contains) ?? false }
  }

  /// What a refused value is told.
  var expectation: String {
    var text = "expected \(typeName)"
    if !unit.isEmpty { text += " (\(unit))" }
    if let range {
      text +=
        range.upperBound == .max
        ? ", at least \(range.lowerBound)" : ", \(range.lowerBound)…\(range.upperBound)"
    }
    return text
  }
}
