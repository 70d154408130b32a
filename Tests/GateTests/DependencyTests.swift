// A target depends on what its files import, and on nothing else.
import Foundation
import Testing

/// Modules of the toolchain and the system: no target declares them.
private let system: Set<String> = [
  "Swift", "Synchronization", "Glibc", "Foundation", "FoundationEssentials", "Testing", "Dispatch",
  "FoundationXML",
]

/// Shims over system libraries: the C code of the shim includes them, no Swift file imports them.
private func isLibrary(_ name: String) -> Bool { name.hasPrefix("CLib") }

/// What differs on purpose, each with its reason.
private let excused: [String: String] = [
  "ConsoleTests ledger-scribe": "its scenarios start this program",
  "DialingTests dial-probe": "it starts this program in a network namespace",
  "Console HTTPTypes": "the types of Hummingbird's own interface; Hummingbird's version decides",
]

/// What is declared and not imported, and what is imported and not declared.
private func faults(_ target: Manifest.Target, _ files: [SourceFile])
  -> [String]
{
  let imported = Set(files.flatMap { Imports.all(in: $0.tokens) })
  let declared = Set(target.dependencies)
  let unused = target.dependencies.filter { !imported.contains($0) && !isLibrary($0) }
    .filter { excused["\(target.name) \($0)"] == nil }
    .map { "\(target.name) depends on \($0), and no file imports it" }
  let undeclared = imported.filter { !declared.contains($0) && !system.contains($0) }
    .filter { $0 != target.name && excused["\(target.name) \($0)"] == nil }
    .map { "\(target.name) imports \($0) and does not depend on it" }
  return unused + undeclared.sorted()
}

private func files(of target: Manifest.Target) -> [SourceFile] {
  (SourceFile.sources + SourceFile.tests).filter { $0.path.hasPrefix(target.path + "/") }
}

@Test func targetsDependOnWhatTheyImport() {
  let targets = Manifest.own.targets.filter { $0.group != .shim && !files(of: $0).isEmpty }
  #expect(targets.count > 35)
  expectNone(targets.flatMap { faults($0, files(of: $0)) })
  let twice = targets.filter { Set($0.dependencies).count != $0.dependencies.count }
  expectNone(twice.map { "\($0.name) names a dependency twice" })
}

/// A file that no target holds would be held against nothing.
@Test func everySourceBelongsToATarget() {
  let paths = Manifest.own.targets.map { $0.path + "/" }
  expectNone(
    SourceFile.sources.map(\.path).filter { path in
      !paths.contains { path.hasPrefix($0) }
    })
}

@Test func theDependencyCheckCanFail() {
  let manifest = Manifest(
    """
    let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
    let two: [Target.Dependency] = [.product(name: "NIOCore", package: "swift-nio"), log]
    func control(_ name: String, _ dependencies: [Target.Dependency]) -> Target {}
    let all = [
      control("A", ["B", "CLibX"] + (only ? [] : ["C"]), resources: [.embedInCode("Page")]),
      control("D", ["A"] + two), .executableTarget(name: "e", dependencies: [log], path: "Sources/e"),
    ]
    """)
  #expect(manifest.targets.map(\.name) == ["A", "D", "e"])
  #expect(manifest.targets[0].dependencies == ["B", "CLibX", "C"])
  #expect(manifest.targets[1].dependencies == ["A", "NIOCore", "Logging"])
  #expect(manifest.targets[2].dependencies == ["Logging"])
  let file = SourceFile(
    path: "f.swift", text: "import Foundation\n@testable import C\nimport struct X.Y\n// import Z")
  #expect(
    faults(manifest.targets[0], [file]) == [
      "A depends on B, and no file imports it", "A imports X and does not depend on it",
    ])
}
