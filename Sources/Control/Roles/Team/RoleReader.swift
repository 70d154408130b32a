// From a role's YAML file to a role: unknown, missing and wrong keys are refused with their line; control plane.
import Yams

/// Reads one document. YAML aliases are refused, because none is needed and they can grow without bound.
struct RoleReader {
  let file: String

  static let byteCountMax = 65_536

  func role(_ yaml: String, prompt: String) throws(TeamError) -> Role {
    if yaml.utf8.count > RoleReader.byteCountMax {
      throw TeamError(file: file, "is longer than \(RoleReader.byteCountMax) bytes")
    }
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: yaml) else { throw TeamError(file: file, "is empty") }
      root = node
    } catch let error as TeamError {
      throw error
    } catch {
      throw TeamError(file: file, "\(error)")
    }
    let fields = try mapping(
      root,
      required: ["id", "title", "kind", "inputs", "cadence_seconds", "answer"],
      optional: ["tags", "events", "weight_cap", "local_rule"])
    let id = try text(fields, "id", root)
    let isID =
      !id.isEmpty && id.utf8.count <= 40 && id != "cycle"
      && id.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
      }
    if !isID { throw fault(fields["id"], "id: lower-case letters, digits and _, at most 40") }
    let kind: RoleKind = try choice(fields, "kind", root)
    let inputs: [InputKind] = try choices(fields, "inputs")
    if inputs.isEmpty { throw fault(fields["inputs"], "inputs: a role sees something") }
    if inputs.contains(.rawNews) && (kind != .collector || inputs.count > 1) {
      throw fault(
        fields["inputs"], "inputs: raw_news is for a collector, which sees nothing else")
    }
    let events: [RoleEvent] = try choices(fields, "events")
    let cadence = try integer(fields, "cadence_seconds", 1...86_400, root) ?? 60
    let cap = try integer(fields, "weight_cap", 0...1_000, root) ?? 0
    if kind == .collector && cap != 0 {
      throw fault(fields["weight_cap"], "weight_cap: a collector takes no stance, so 0")
    }
    guard let answer = fields["answer"] else { throw fault(root, "answer: missing") }
    let schema = RoleSchema(
      name: id, fields: try SchemaReader(file: file).fields(answer, depth: 0),
      mayAbstain: kind != .risk)
    try require(schema, kind, answer)
    var rule: LocalRule?
    if fields["local_rule"] != nil { rule = try choice(fields, "local_rule", root) as LocalRule }
    return Role(
      id: id, title: try text(fields, "title", root), kind: kind,
      tags: try texts(fields, "tags"), inputs: Set(inputs), schema: schema,
      cadenceSeconds: Int(cadence), events: Set(events), weightCap: Int(cap), localRule: rule,
      defaultPrompt: prompt)
  }

  /// What the cycle reads of an answer must be there, with its range.
  private func require(_ schema: RoleSchema, _ kind: RoleKind, _ node: Node) throws(TeamError) {
    let needed: [(String, SchemaNode.Kind)] =
      switch kind {
      case .analyst: [("stance", .integer(-100...100)), ("confidence", .integer(0...100))]
      case .collector: []
      case .decision:
        [
          ("target_permille", .integer(-1_000...1_000)), ("confidence", .integer(0...100)),
          ("urgency", .choice(["low", "normal", "high"])),
        ]
      case .risk:
        [
          ("verdict", .choice(["accept", "trim", "veto"])),
          ("target_permille", .integer(-1_000...1_000)),
        ]
      }
    for (name, kind) in needed where schema.field(name)?.kind != kind {
      let words = SchemaRender(mayAbstain: false).words(SchemaNode(kind))
      throw fault(node, "answer: a role of this kind needs \(name), \(words)")
    }
  }

  private func fault(_ node: Node?, _ message: String) -> TeamError {
    TeamError(file: file, line: node?.mark?.line ?? 0, message)
  }

  private func mapping(_ node: Node, required: Set<String>, optional: Set<String>)
    throws(TeamError) -> [String: Node]
  {
    try YAMLFields(file: file).mapping(node, required: required, optional: optional)
  }

  private func text(_ fields: [String: Node], _ name: String, _ root: Node) throws(TeamError)
    -> String
  {
    guard let text = fields[name]?.scalar?.string, !text.isEmpty, text.utf8.count <= 200 else {
      throw fault(fields[name] ?? root, "\(name): expected a text of at most 200 bytes")
    }
    return text
  }

  private func texts(_ fields: [String: Node], _ name: String) throws(TeamError) -> [String] {
    guard let node = fields[name] else { return [] }
    guard let sequence = node.sequence, sequence.count <= 16 else {
      throw fault(node, "\(name): expected a list of at most 16")
    }
    var found: [String] = []
    for item in sequence {
      guard let text = item.scalar?.string, !text.isEmpty, text.utf8.count <= 40 else {
        throw fault(item, "\(name): expected texts of at most 40 bytes")
      }
      found.append(text)
    }
    return found
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ fields: [String: Node], _ name: String, _ root: Node
  ) throws(TeamError) -> Choice where Choice.RawValue == String {
    guard let value = fields[name]?.scalar.flatMap({ Choice(rawValue: $0.string) }) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault(fields[name] ?? root, "\(name): expected one of \(known)")
    }
    return value
  }

  private func choices<Choice: RawRepresentable & CaseIterable>(
    _ fields: [String: Node], _ name: String
  ) throws(TeamError) -> [Choice] where Choice.RawValue == String {
    var found: [Choice] = []
    for text in try texts(fields, name) {
      guard let value = Choice(rawValue: text) else {
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault(fields[name], "\(name): \(text) is none of \(known)")
      }
      found.append(value)
    }
    return found
  }

  private func integer(
    _ fields: [String: Node], _ name: String, _ range: ClosedRange<Int64>, _ root: Node
  ) throws(TeamError) -> Int64? {
    guard let node = fields[name] else { return nil }
    guard let value = node.scalar.flatMap({ Int64($0.string) }), range.contains(value) else {
      throw fault(node, "\(name): expected an integer, \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }
}

/// A YAML mapping of known names.
struct YAMLFields {
  let file: String

  func mapping(_ node: Node, required: Set<String>, optional: Set<String>) throws(TeamError)
    -> [String: Node]
  {
    guard case .mapping(let mapping) = node else {
      throw TeamError(file: file, line: node.mark?.line ?? 0, "expected keys and values")
    }
    var fields: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string, required.contains(name) || optional.contains(name)
      else {
        throw TeamError(
          file: file, line: key.mark?.line ?? 0,
          "\(key.scalar?.string ?? "this key") is not known here")
      }
      if case .alias = value {
        throw TeamError(file: file, line: key.mark?.line ?? 0, "\(name): no aliases")
      }
      fields[name] = value
    }
    for name in required.sorted() where fields[name] == nil {
      throw TeamError(file: file, line: node.mark?.line ?? 0, "\(name): missing")
    }
    return fields
  }
}
