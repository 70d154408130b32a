// JSON objects whose keys are all known, so that a typing error is not an option left out; control plane.

struct FieldName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { return nil }
}

struct StrictFields {
  private let container: KeyedDecodingContainer<FieldName>

  /// Refuses an object with any other key.
  init(_ decoder: any Decoder, _ names: [String]) throws {
    container = try decoder.container(keyedBy: FieldName.self)
    for key in container.allKeys where !names.contains(key.stringValue) {
      throw StrictFields.wrong(key.stringValue, "unknown key")
    }
  }

  func get<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try container.decode(type, forKey: FieldName(name))
  }

  /// Nil where it is absent or null.
  func getIfAny<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
    try container.decodeIfPresent(type, forKey: FieldName(name))
  }

  static func wrong(_ name: String, _ text: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [FieldName(name)], debugDescription: text))
  }
}

extension DecodingError {
  /// What is wrong, and where.
  var sentence: String {
    func place(_ context: Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "" : " at `\(path)`"
    }
    return switch self {
    case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
    case .typeMismatch(_, let context): "wrong type" + place(context)
    case .valueNotFound(_, let context): "no value" + place(context)
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON object" : context.debugDescription + place(context)
    @unknown default: "it cannot be read"
    }
  }
}
