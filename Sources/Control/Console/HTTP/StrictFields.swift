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
