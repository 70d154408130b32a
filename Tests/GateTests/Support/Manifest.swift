// Package.swift as the gates read it: targets in their order, each with its group and dependencies.

struct Manifest: Sendable {
  enum Group: String, Sendable {
    case shim, hot, seam, control, simulation, executable, tests
  }

  struct Target: Sendable {
    var name: String
    var group: Group
    var path: String
    var dependencies: [String]
  }

  var targets: [Target]

  /// The repository's own.
  static let own = Manifest(
    (try? Repository.text(Repository.root.appendingPathComponent("Package.swift"))) ?? "")

  /// The target and all that it sees.
  func closure(of name: String) -> Set<String> {
    var found: Set<String> = [name]
    var open = [name]
    while let next = open.popLast() {
      for name in targets.first(where: { $0.name == next })?.dependencies ?? []
      where found.insert(name).inserted {
        open.append(name)
      }
    }
    return found
  }

  /// Names of a group's targets, in the manifest's order.
  func names(_ groups: Group...) -> [String] {
    targets.filter { groups.contains($0.group) }.map(\.name)
  }

  init(_ text: String) {
    let reader = ManifestReader(tokens: SourceText.tokens(text))
    targets = reader.targets()
  }
}

private struct ManifestReader {
  var tokens: [Token]

  private static let folders: [String: (Manifest.Group, String)] = [
    "hot": (.hot, "Sources/Hot/"), "seam": (.seam, "Sources/Seam/"),
    "control": (.control, "Sources/Control/"), "simulation": (.simulation, "Sources/Simulation/"),
  ]

  func targets() -> [Manifest.Target] {
    tokens.indices.compactMap { index in
      guard index > 0, tokens[index].kind == .word, index + 1 < tokens.count,
        tokens[index + 1].isMark("("), !tokens[index - 1].isWord("func")
      else { return nil }
      let last = Functions.end(of: index + 1, in: tokens)
      let arguments = Functions.arguments(from: index + 2, to: last, in: tokens)
      switch tokens[index].value {
      case "hot", "seam", "control", "simulation":
        guard let (group, folder) = Self.folders[tokens[index].value],
          let name = arguments.first.flatMap(text)
        else { return nil }
        return Manifest.Target(
          name: name, group: group, path: folder + name,
          dependencies: arguments.count > 1 ? dependencies(arguments[1]) : [])
      case "tests":
        guard let name = arguments.first.flatMap(text) else { return nil }
        return Manifest.Target(
          name: name + "Tests", group: .tests, path: "Tests/\(name)Tests",
          dependencies: arguments.count > 1 ? dependencies(arguments[1]) : [])
      case "target", "executableTarget", "systemLibrary":
        return plain(arguments, isExecutable: tokens[index].value == "executableTarget")
      default: return nil
      }
    }
  }

  /// A target with labelled arguments, of C or of its own kind.
  private func plain(_ arguments: [Range<Int>], isExecutable: Bool) -> Manifest.Target? {
    func labelled(_ label: String) -> Range<Int>? {
      arguments.first {
        tokens[$0.lowerBound].isWord(label) && tokens[$0.lowerBound + 1].isMark(":")
      }
    }
    guard let name = labelled("name").flatMap(text), let path = labelled("path").flatMap(text)
    else { return nil }
    let isTest = path.hasPrefix("Tests/")
    return Manifest.Target(
      name: name, group: isTest ? .tests : isExecutable ? .executable : .shim, path: path,
      dependencies: labelled("dependencies").map(dependencies) ?? [])
  }

  private func text(_ range: Range<Int>) -> String? {
    tokens[range].first { $0.kind == .text }?.value
  }

  /// Targets and products that are named in an expression, constants of the manifest included.
  private func dependencies(_ range: Range<Int>) -> [String] {
    var found: [String] = []
    for index in range {
      let token = tokens[index]
      if token.kind == .text {
        let isPackage = tokens[index - 1].isMark(":") && tokens[index - 2].isWord("package")
        if !isPackage { found.append(token.value) }
      } else if token.kind == .word, !tokens[index + 1].isMark(":"),
        let value = constant(token.value)
      {
        found += dependencies(value)
      }
    }
    return found
  }

  /// The value of `let NAME: … = VALUE`, where it is a dependency or a list of them.
  private func constant(_ name: String) -> Range<Int>? {
    for index in tokens.indices.dropLast(4)
    where tokens[index].isWord("let") && tokens[index + 1].isWord(name) {
      guard let equals = tokens[index...].firstIndex(where: { $0.isMark("=") }),
        tokens[index..<equals].contains(where: { $0.isWord("Dependency") })
      else { return nil }
      var end = equals + 1
      while end < tokens.count, !tokens[end].isMark("("), !tokens[end].isMark("[") { end += 1 }
      return equals + 1..<Functions.end(of: end, in: tokens) + 1
    }
    return nil
  }
}
