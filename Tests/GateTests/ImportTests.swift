// Arrows point down: what each module may import, held against every source file.
import Foundation
import Testing

private let system: Set<String> = ["Swift", "Synchronization"]
private let libc: Set<String> = ["Glibc"]
private let shims: Set<String> = ["CKernel", "CUring", "COpenSSL", "CJemalloc"]
private let seam: Set<String> = ["State", "Journal", "Door"]

/// Hot modules in their order: each may import those to its left.
private let hotOrder = [
  "Quantities", "Channels", "Wire", "OKX", "Book", "Strategy", "Risk", "Orders", "Transport",
  "Pipeline",
]
private let controlOrder = ["Operations", "Account", "Ledger", "Agents", "Console"]

private func allowed(_ group: String, _ module: String) -> Set<String>? {
  switch group {
  case "Hot":
    guard let index = hotOrder.firstIndex(of: module) else { return nil }
    if index == 0 { return ["Swift"] }
    var names = system.union(shims).union(hotOrder[..<index])
    if module == "Transport" || module == "Pipeline" { names.formUnion(libc) }
    if module == "Pipeline" { names.formUnion(seam) }
    return names
  case "Seam":
    return system.union(libc).union(["Quantities", "Channels", "CKernel"])
  case "Control":
    guard let index = controlOrder.firstIndex(of: module) else { return nil }
    var names = seam.union(["Quantities", "Channels", "CKernel"]).union(controlOrder[..<index])
    if module == "Account" { names.formUnion(["OKX", "Orders"]) }
    return names
  case "Simulation":
    switch module {
    case "Market": return ["Quantities"]
    case "Matching": return ["Quantities", "Market"]
    case "Exchange": return ["Quantities", "Market", "Matching"]
    case "Replay": return Set(hotOrder).union(seam).union(["Market", "Matching", "CKernel"])
    default: return nil
    }
  default: return nil
  }
}

/// Names of ours; anything else is a package or the system, free to Control and Simulation.
private let ours = Set(hotOrder).union(controlOrder).union(seam).union(shims)
  .union(["Market", "Matching", "Exchange", "Replay", "llmtrading"])

private func imports(of source: String) -> [String] {
  source.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ").map(String.init)
    guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
    let attributes = words[..<at]
    let access: Set<String> = ["public", "internal", "package"]
    guard attributes.allSatisfy({ $0.hasPrefix("@") || access.contains($0) }) else { return nil }
    let name = words[at + 1]
    let kinds: Set<String> = ["struct", "enum", "class", "func", "protocol", "typealias"]
    let module = kinds.contains(name) && at + 2 < words.count ? words[at + 2] : name
    return module.split(separator: ".").first.map(String.init)
  }
}

/// Every import that the order forbids, as `file: import NAME`.
private func violations(group: String, module: String, file: String, source: String) -> [String] {
  guard let allowed = allowed(group, module) else { return ["\(file): unknown module"] }
  let free = group == "Control" || group == "Simulation"
  return imports(of: source).filter { name in
    if free && !ours.contains(name) { return false }
    return !allowed.contains(name)
  }.map { "\(file): import \($0)" }
}

@Test func everyImportPointsDown() throws {
  var found: [String] = []
  var seen = 0
  for url in Repository.files(below: "Sources", withExtension: "swift") {
    let path = Repository.relative(url).split(separator: "/").map(String.init)
    guard path.count > 3, path[1] != "llmtrading" else { continue }
    seen += 1
    found += violations(
      group: path[1], module: path[2], file: Repository.relative(url),
      source: try Repository.text(url))
  }
  #expect(seen > 20)
  #expect(found == [], "imports that point up or out")
}

@Test func theImportCheckCanFail() {
  #expect(
    violations(group: "Hot", module: "Wire", file: "f", source: "import Foundation\n") != [])
  #expect(violations(group: "Hot", module: "Wire", file: "f", source: "import OKX\n") != [])
  #expect(violations(group: "Seam", module: "State", file: "f", source: "import Wire\n") != [])
  #expect(
    violations(group: "Simulation", module: "Exchange", file: "f", source: "import Wire\n") != [])
  #expect(
    violations(group: "Control", module: "Console", file: "f", source: "import OKX\n") != [])
  #expect(
    violations(group: "Control", module: "Console", file: "f", source: "import NIOCore\n") == [])
  #expect(violations(group: "Hot", module: "OKX", file: "f", source: "import Wire\n") == [])
}
