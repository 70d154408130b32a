// One tree, three renderings: what a model is told is what the validator takes.
import JSON
import Roles
import Testing

@Suite struct RoleSchemaTests {
  /// The exact schema and the validator agree on every answer; the tool's schema refuses no valid one.
  @Test(arguments: RoleID.shipped)
  func schemaAndValidatorAgree(_ id: String) throws {
    let schema = try #require(try Team()[id]).schema
    var maker = AnswerMaker(random: SeededRandom(seed: 11))
    var counts = (valid: 0, refused: 0)
    for round in 0..<6_000 {
      var answer = maker.answer(schema)
      for _ in 0..<(round % 3) { answer = maker.mutated(answer) }
      let isValid = (try? schema.validate(answer)) != nil
      #expect(
        isValid == SchemaOracle.accepts(schema.exactSchema, answer), "\(answer.canonical)")
      if isValid {
        counts.valid += 1
        #expect(SchemaOracle.accepts(schema.jsonSchema, answer), "\(answer.canonical)")
      } else {
        counts.refused += 1
      }
      if round % 3 == 0 { #expect(isValid, "\(answer.canonical)") }
    }
    #expect(counts.valid > 1_500 && counts.refused > 1_500)
  }

  /// What strict tools ask of a schema, at every depth.
  @Test(arguments: RoleID.shipped)
  func toolSchemaIsStrict(_ id: String) throws {
    let schema = try #require(try Team()[id]).schema
    func walk(_ node: JSONValue) throws {
      let fields = try #require(node.object)
      for name in fields.keys {
        let isKnown = [
          "type", "properties", "required", "additionalProperties", "enum", "items", "minimum",
          "maximum", "description",
        ].contains(name)
        #expect(isKnown, "\(name)")
      }
      if let properties = fields["properties"]?.object {
        #expect(fields["additionalProperties"] == false)
        let required = Set((fields["required"]?.array ?? []).compactMap(\.string))
        #expect(required == Set(properties.keys))
        for inner in properties.values { try walk(inner) }
      }
      if let items = fields["items"] { try walk(items) }
    }
    try walk(schema.jsonSchema)
    #expect(schema.jsonSchema["type"] == "object")
  }

  /// Each name, range, length and choice of the schema stands in the prompt's section.
  @Test(arguments: RoleID.shipped)
  func promptSaysTheSame(_ id: String) throws {
    let schema = try #require(try Team()[id]).schema
    func walk(_ node: SchemaNode) {
      switch node.kind {
      case .integer(let range):
        #expect(schema.promptSection.contains("\(range.lowerBound) to \(range.upperBound)"))
      case .text(let count): #expect(schema.promptSection.contains("at most \(count) characters"))
      case .choice(let choices):
        for choice in choices { #expect(schema.promptSection.contains("\"\(choice)\"")) }
      case .list(let item, let count):
        #expect(schema.promptSection.contains("at most \(count)"))
        walk(item)
      case .record(let fields):
        for field in fields {
          #expect(schema.promptSection.contains("\"\(field.name)\": "))
          walk(field.node)
        }
      case .boolean, .number: break
      }
    }
    walk(schema.root)
  }

  @Test func hashCoversAllThatAModelIsTold() {
    func schema(_ meaning: String, _ high: Int64, _ name: String = "x") -> String {
      RoleSchema(
        name: "t", fields: [SchemaField(name, SchemaNode(.integer(0...high), meaning))],
        mayAbstain: true
      ).hash
    }
    let hashes = [schema("a", 1), schema("b", 1), schema("a", 2), schema("a", 1, "y")]
    #expect(Set(hashes).count == 4)
    #expect(schema("a", 1) == hashes[0])
  }

  @Test func violationsNameThePlace() throws {
    let schema = try #require(try Team()[RoleID.technicalAnalyst]).schema
    func code(_ text: String) throws -> String {
      let answer = try JSONValue(parsing: text)
      do { try schema.validate(answer) } catch { return "\(error.code.rawValue) \(error.path)" }
      return "valid"
    }
    let rest = #""horizon":"minutes","reference_price":1,"observations":[]"#
    #expect(try code("[]") == "wrong_type ")
    #expect(
      try code(#"{"abstain":false,"reason":"r","stance":101,"confidence":1,\#(rest)}"#)
        == "range /stance")
    #expect(
      try code(#"{"abstain":false,"reason":"r","stance":null,"confidence":1,\#(rest)}"#)
        == "null_without_abstention /stance")
    #expect(
      try code(#"{"abstain":true,"reason":"r","stance":1,"confidence":1,\#(rest)}"#)
        == "value_with_abstention /stance")
    #expect(
      try code(#"{"abstain":false,"reason":"r","stance":1,"confidence":1,"x":1,\#(rest)}"#)
        == "unknown ")
    #expect(
      try code(#"{"abstain":false,"reason":"r","stance":1,"confidence":5.0,\#(rest)}"#) == "valid")
  }
}
