// The `answer` of a role's file as a schema's fields; control plane.
import Yams

struct SchemaReader {
  let file: String

  private enum Kind: String, CaseIterable {
    case boolean, integer, number, text, choice, list, record
  }

  private static let depthMax = 4
  private static let reserved: Set<String> = [RoleSchema.abstainField]

  func fields(_ node: Node, depth: Int) throws(TeamError) -> [SchemaField] {
    if depth > SchemaReader.depthMax { throw fault(node, "answer: nested too deep") }
    guard let sequence = node.sequence, !sequence.isEmpty, sequence.count <= SchemaNode.fieldsMax
    else { throw fault(node, "expected a list of 1 to \(SchemaNode.fieldsMax) fields") }
    var found: [SchemaField] = []
    for item in sequence {
      let values = try read(item, needsName: true)
      let name = values["name"]?.scalar?.string ?? ""
      let isName =
        !name.isEmpty && name.utf8.count <= 40
        && name.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
      if !isName || SchemaReader.reserved.contains(name)
        || found.contains(where: { $0.name == name })
      {
        throw fault(item, "name: \"\(name)\" is no name of a field, taken, or given twice")
      }
      found.append(SchemaField(name, try self.node(values, item, depth)))
    }
    return found
  }

  private func fault(_ node: Node?, _ message: String) -> TeamError {
    TeamError(file: file, line: node?.mark?.line ?? 0, message)
  }

  private func read(_ node: Node, needsName: Bool) throws(TeamError) -> [String: Node] {
    var optional: Set<String> = [
      "minimum", "maximum", "choices", "ground", "item", "fields", "meaning",
    ]
    if !needsName { optional.insert("name") }
    return try YAMLFields(file: file).mapping(
      node, required: needsName ? ["name", "type"] : ["type"], optional: optional)
  }

  private func node(_ values: [String: Node], _ place: Node, _ depth: Int) throws(TeamError)
    -> SchemaNode
  {
    guard let kind = values["type"]?.scalar.flatMap({ Kind(rawValue: $0.string) }) else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault(values["type"] ?? place, "type: expected one of \(known)")
    }
    var ground: Ground?
    if let node = values["ground"] {
      ground = node.scalar.flatMap { Ground(rawValue: $0.string) }
      if ground == nil {
        let known = Ground.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault(node, "ground: expected one of \(known)")
      }
    }
    let meaning = values["meaning"]?.scalar?.string ?? ""
    if meaning.utf8.count > 400 { throw fault(values["meaning"], "meaning: at most 400 bytes") }
    return SchemaNode(try self.kind(kind, values, place, depth), meaning, ground: ground)
  }

  private func kind(_ kind: Kind, _ values: [String: Node], _ place: Node, _ depth: Int)
    throws(TeamError) -> SchemaNode.Kind
  {
    switch kind {
    case .boolean: return .boolean
    case .integer:
      let low = try integer(values, "minimum", place)
      let high = try integer(values, "maximum", place)
      if low > high { throw fault(place, "minimum lies above maximum") }
      return .integer(low...high)
    case .number:
      guard let low = values["minimum"]?.scalar.flatMap({ Double($0.string) }), low.isFinite,
        let high = values["maximum"]?.scalar.flatMap({ Double($0.string) }), high.isFinite,
        low <= high
      else { throw fault(place, "a number needs minimum and maximum") }
      return .number(low...high)
    case .text:
      return .text(charactersMax: try count(values, place, SchemaNode.textCharactersMax))
    case .choice:
      let choices = values["choices"]?.sequence?.compactMap { $0.scalar?.string } ?? []
      if choices.isEmpty || choices.count > SchemaNode.choicesMax
        || Set(choices).count != choices.count
        || choices.contains(where: { $0.isEmpty || $0.utf8.count > 40 })
      {
        throw fault(place, "choices: expected 1 to \(SchemaNode.choicesMax) different texts")
      }
      return .choice(choices)
    case .list:
      guard let item = values["item"] else { throw fault(place, "a list needs item") }
      if depth >= SchemaReader.depthMax { throw fault(item, "answer: nested too deep") }
      let inner = try read(item, needsName: false)
      return .list(
        of: try node(inner, item, depth + 1),
        countMax: try count(values, place, SchemaNode.listCountMax))
    case .record:
      guard let fields = values["fields"] else { throw fault(place, "a record needs fields") }
      return .record(try self.fields(fields, depth: depth + 1))
    }
  }

  private func integer(_ values: [String: Node], _ name: String, _ place: Node) throws(TeamError)
    -> Int64
  {
    guard let value = values[name]?.scalar.flatMap({ Int64($0.string) }) else {
      throw fault(values[name] ?? place, "\(name): expected an integer")
    }
    return value
  }

  private func count(_ values: [String: Node], _ place: Node, _ most: Int) throws(TeamError) -> Int
  {
    let value = try integer(values, "maximum", place)
    if value < 1 || value > Int64(most) {
      throw fault(values["maximum"], "maximum: expected 1…\(most)")
    }
    return Int(value)
  }
}
