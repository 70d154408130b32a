// From a YAML document to a configuration: unknown keys, wrong values and repeated keys are problems with a place; control plane.

import Yams

struct ConfigurationReader {
  private(set) var configuration: Configuration
  private(set) var problems: [ConfigurationError.Problem] = []

  init(_ base: Configuration = Configuration()) { configuration = base }

  mutating func read(yaml: String) {
    do {
      guard let root = try Yams.compose(yaml: yaml) else { return }
      guard case .mapping(let mapping) = root else {
        problem(root, "expected keys and values")
        return
      }
      walk(mapping, [])
    } catch let error as YamlError {
      problems.append(Self.problem(error))
    } catch {
      problems.append(.init("\(error)"))
    }
  }

  private mutating func walk(_ mapping: Node.Mapping, _ path: [String]) {
    for (key, value) in mapping {
      guard let name = key.scalar?.string, !name.isEmpty else {
        problem(key, "expected the name of a key")
        continue
      }
      let here = path + [name]
      if let match = ConfigurationSchema.key(at: here) {
        assign(match.key, match.wildcard, value, here)
      } else if !ConfigurationSchema.names(below: here).isEmpty {
        if case .mapping(let inner) = value {
          walk(inner, here)
        } else {
          problem(value, "\(here.joined(separator: ".")): expected keys and values")
        }
      } else {
        problem(key, ConfigurationSchema.unknown(here))
      }
    }
  }

  private mutating func assign(
    _ key: ConfigurationKey, _ wildcard: String, _ value: Node, _ path: [String]
  ) {
    let name = path.joined(separator: ".")
    var texts: [String] = []
    switch value {
    case .scalar(let scalar) where !key.isList:
      texts = [scalar.string]
    case .sequence(let sequence) where key.isList:
      for node in sequence {
        guard let text = node.scalar?.string else {
          return problem(node, "\(name): \(key.expectation)")
        }
        texts.append(text)
      }
    default:
      return problem(value, "\(name): \(key.expectation)")
    }
    if !key.set(&configuration, wildcard, texts) {
      let given = texts.count == 1 ? "\"\(texts[0])\"" : "[\(texts.joined(separator: ", "))]"
      problem(value, "\(name): \(key.expectation), not \(given)")
    }
  }

  private mutating func problem(_ node: Node, _ message: String) {
    problems.append(.init(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, message))
  }

  private static func problem(_ error: YamlError) -> ConfigurationError.Problem {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let text = context.map { "\(problem) (\($0.text))" } ?? problem
      return .init(line: mark.line, column: mark.column, text)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "\($0)" }.sorted().joined(separator: ", ")
      return .init(
        line: context.mark.line, column: context.mark.column, "a key is given twice: \(names)")
    default:
      return .init("\(error)")
    }
  }
}
