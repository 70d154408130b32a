// Arrows point left: what each module may import, by its group and its place in Package.swift.
import Foundation
import Testing

private let language: Set<String> = ["Swift", "Synchronization"]

/// What a module may import beyond its group's rule, each with its reason.
private let beyond: [String: (modules: Set<String>, reason: String)] = [
  "Operations": (["OKX"], "configuration names channels, and their names have one home"),
  "Exchange": (["ExchangeCalendar"], "the simulated exchange and the desk go by one dated table"),
  "Conformance": (
    ["Wire", "OKX", "Transport", "Dialing"],
    "it asks the exchange over the desk's own dialer and login"
  ),
  "Account": (["OKX", "Orders"], "it reads REST answers by the exchange's names into order rows"),
]

/// Control targets that put the hot pipeline together and see all of it.
private let assemblers: Set<String> = ["Dialing", "Core"]

/// Hot targets with system calls of their own.
private let systemUsers: Set<String> = ["Transport", "Pipeline"]

/// The hot target that uses the seam; others are pure.
private let seamUser = "Pipeline"

private struct ImportRule {
  var manifest: Manifest

  /// Names of ours; anything else is a package or the system, free to Control and Simulation.
  var ours: Set<String> {
    Set(manifest.names(.shim, .hot, .seam, .control, .simulation, .executable))
  }

  private func left(of target: Manifest.Target) -> Set<String> {
    Set(manifest.names(target.group).prefix { $0 != target.name })
  }

  /// Modules of ours that `target` may import; for hot and seam all that it may import.
  func allowed(_ target: Manifest.Target) -> Set<String>? {
    let shims = Set(manifest.names(.shim))
    let seam = Set(manifest.names(.seam))
    var names = left(of: target)
    switch target.group {
    case .hot:
      if names.isEmpty { return language }
      names.formUnion(language.union(shims))
      if systemUsers.contains(target.name) { names.insert("Glibc") }
      if target.name == seamUser { names.formUnion(seam) }
    case .seam:
      names.formUnion(language.union(shims).union(["Glibc", "Quantities", "Channels"]))
    case .control:
      names.formUnion(seam.union(["Quantities", "Channels", "CKernel"]))
      // What stands to the right of the core reaches it through the seam alone.
      if assemblers.contains(target.name) {
        names.formUnion(shims.union(manifest.names(.hot)).union(["Glibc"]))
      } else {
        names.subtract(assemblers)
      }
      names.formUnion(beyond[target.name]?.modules ?? [])
    case .simulation:
      names.formUnion(["Quantities"])
      names.formUnion(beyond[target.name]?.modules ?? [])
    case .shim, .executable, .tests:
      return nil
    }
    return names
  }

  /// Every import that the order forbids, as `file: import NAME`.
  func violations(_ target: Manifest.Target, _ file: SourceFile) -> [String] {
    guard let allowed = allowed(target) else { return [] }
    let free = target.group == .control || target.group == .simulation
    return Imports.all(in: file.tokens).filter { name in
      if free && !ours.contains(name) { return false }
      return !allowed.contains(name)
    }.map { "\(file.path): import \($0)" }
  }
}

@Test func everyImportPointsLeft() {
  let rule = ImportRule(manifest: .own)
  var found: [String] = []
  var seen = 0
  for target in rule.manifest.targets {
    for file in SourceFile.sources where file.path.hasPrefix(target.path + "/") {
      seen += 1
      found += rule.violations(target, file)
    }
  }
  #expect(seen == SourceFile.sources.count)
  expectNone(found, "imports that point up or out")
}

/// The rows of ARCHITECTURE's table of modules, as `group: modules in order`.
private func tableOfModules(_ text: String) -> [String: [String]] {
  var found: [String: [String]] = [:]
  for line in text.split(separator: "\n") where line.hasPrefix("| `") {
    let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    guard cells.count == 2, cells[1].contains(" · ") else { continue }
    let modules = cells[1].prefix { $0 != "(" }.components(separatedBy: "·")
    found[cells[0].trimmingCharacters(in: ["`"])] = modules.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }
  return found
}

/// The document shows the manifest's order; the C libraries behind the shims are left out.
@Test func theDocumentShowsTheOrder() throws {
  let table = tableOfModules(
    try Repository.text(Repository.root.appendingPathComponent("docs/ARCHITECTURE.md")))
  let manifest = Manifest.own
  let shims = manifest.names(.shim).filter { !$0.hasPrefix("CLib") }
  #expect(table["CShims"]?.sorted() == shims.sorted())
  #expect(table["Sources/Hot"] == manifest.names(.hot))
  #expect(table["Sources/Seam"] == manifest.names(.seam))
  #expect(table["Sources/Control"] == manifest.names(.control))
  #expect(table["Sources/Simulation"] == manifest.names(.simulation))
  #expect(tableOfModules("| `A` | b · c (d · e) |\n| f | g |") == ["A": ["b", "c"]])
}

@Test func theImportCheckCanFail() throws {
  let rule = ImportRule(manifest: .own)
  func violations(_ module: String, _ source: String) throws -> [String] {
    let target = try #require(rule.manifest.targets.first { $0.name == module })
    return rule.violations(target, SourceFile(path: "f.swift", text: source))
  }
  #expect(try violations("Wire", "import Foundation\n") != [])
  #expect(try violations("Wire", "import OKX\n") != [])
  #expect(try violations("Wire", "import State\n") != [])
  #expect(try violations("Quantities", "import CKernel\n") != [])
  #expect(try violations("State", "import Wire\n") != [])
  #expect(try violations("State", "@preconcurrency import Foundation\n") != [])
  #expect(try violations("Exchange", "internal import Wire\n") != [])
  #expect(try violations("Console", "import OKX\n") != [])
  #expect(try violations("Console", "import NIOCore\n") == [])
  #expect(try violations("Console", "import Core\n") != [])
  #expect(try violations("Ledger", "import Dialing\n") != [])
  #expect(try violations("OKX", "import struct Wire.Digest\n") == [])
  #expect(try violations("Operations", "import Console\n") != [])
}
