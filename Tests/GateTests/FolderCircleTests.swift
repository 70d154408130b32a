// Inside a module, folders do not use each other in circles.
import Foundation
import Testing

/// A folder uses another when a file in it names a type that the other declares.
/// A module's root counts as a folder of its own, `.`.
private struct FolderUse: Hashable {
  var module: String
  var from: String
  var to: String

  init(_ module: String, _ from: String, _ to: String) {
    self.module = module
    self.from = from
    self.to = to
  }
}

/// Uses that close a circle and stay, each with its reason.
private let excused: [FolderUse: String] = [:]

/// Every use between folders of one module, with one place that shows it.
private func uses(_ files: [SourceFile]) -> [FolderUse: String] {
  // Type names by module, with the folders that declare them.
  var declared: [String: [String: Set<String>]] = [:]
  for file in files {
    for type in Declarations.all(in: file) where type.isOuter && type.isType {
      declared[file.module ?? "", default: [:]][type.name, default: []].insert(folder(file))
    }
  }
  var found: [FolderUse: String] = [:]
  for file in files {
    guard let module = file.module, let types = declared[module] else { continue }
    for token in file.tokens where token.kind == .word {
      guard let folders = types[token.value], !folders.contains(folder(file)) else { continue }
      for other in folders where found[FolderUse(module, folder(file), other)] == nil {
        found[FolderUse(module, folder(file), other)] =
          "\(file.path):\(token.line) names \(token.value)"
      }
    }
  }
  return found
}

private func folder(_ file: SourceFile) -> String {
  let name = file.folder ?? ""
  return name.isEmpty ? "." : name
}

/// The uses among these that lie on a circle.
private func circles(_ uses: Set<FolderUse>) -> Set<FolderUse> {
  func reaches(_ start: FolderUse) -> Bool {
    var open = [start.to]
    var seen: Set<String> = [start.to]
    while let next = open.popLast() {
      if next == start.from { return true }
      for use in uses where use.module == start.module && use.from == next {
        if seen.insert(use.to).inserted { open.append(use.to) }
      }
    }
    return false
  }
  return uses.filter(reaches)
}

@Test func foldersDoNotUseEachOtherInCircles() {
  let all = uses(SourceFile.sources)
  #expect(all.count > 50)
  let found = circles(Set(all.keys).subtracting(excused.keys))
  expectNone(
    found.map { "\($0.module): \($0.from) → \($0.to): \(all[$0]!)" }.sorted(),
    "These close circles; turn one of each around, or excuse it with a sentence.")
}

/// An excuse for a circle that is gone would let the next one in.
@Test func everyExcusedUseClosesACircle() {
  let all = Set(uses(SourceFile.sources).keys)
  let rest = all.subtracting(excused.keys)
  expectNone(
    excused.keys.filter { !all.contains($0) || circles(rest.union([$0])).isEmpty }
      .map { "\($0.module): \($0.from) → \($0.to)" })
  expectNone(excused.filter { $0.value.split(separator: " ").count < 5 }.map { "\($0.key)" })
}

@Test func theCircleCheckCanFail() {
  func found(_ texts: [String: String]) -> [String] {
    let files = texts.map { SourceFile(path: "Sources/Hot/OKX/" + $0.key, text: $0.value) }
    return circles(Set(uses(files).keys)).map { "\($0.from) → \($0.to)" }.sorted()
  }
  #expect(found(["A/a.swift": "struct A { var b: B }", "B/b.swift": "struct B {}"]) == [])
  #expect(
    found(["A/a.swift": "struct A { var b: B }", "B/b.swift": "struct B { func a() -> A {} }"])
      == ["A → B", "B → A"])
  #expect(
    found([
      "A/a.swift": "struct A { var b: B }", "B/b.swift": "struct B {}\nextension C {}",
      "c.swift": "enum C { case a(A) }",
    ]) == [". → A", "A → B", "B → ."])
  #expect(
    found(["A/a.swift": "struct A { enum N {} }", "B/b.swift": "struct B { enum N {} }"]) == [])
}
