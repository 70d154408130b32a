// What the hot targets link: no Foundation, Dispatch, NIO or concurrency in any of their object files.
import Foundation
import Testing

/// Mangled prefixes and names that must not be undefined symbols of a hot object.
private let forbidden = [
  "$s10Foundation", "$s20FoundationEssentials", "$s8Dispatch", "_dispatch_", "dispatch_async",
  "$s7NIOCore", "$s8NIOPosix", "swift_task_", "swift_asyncLet", "$sScT",
]

private func undefinedSymbols(of module: String) throws -> [String] {
  let folder = Repository.build.appendingPathComponent("\(module).build")
  let objects = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasSuffix(".o") }.map { folder.appendingPathComponent($0).path }
  guard !objects.isEmpty else { return [] }
  return try Repository.run("nm", ["-u", "--no-demangle"] + objects).split(separator: "\n")
    .compactMap { $0.split(separator: " ").last.map(String.init) }
}

@Test(arguments: Manifest.own.names(.hot, .seam))
func hotObjectsLinkNothingForbidden(module: String) throws {
  let symbols = try undefinedSymbols(of: module)
  try #require(!symbols.isEmpty, "no object files of \(module) below \(Repository.build.path)")
  let found = symbols.filter { symbol in forbidden.contains { symbol.hasPrefix($0) } }
  expectNone(found, module)
}

@Test func theSymbolCheckCanFail() throws {
  #expect(Manifest.own.names(.hot, .seam).count > 10)
  let symbols = try undefinedSymbols(of: "Operations")
  #expect(symbols.contains { symbol in forbidden.contains { symbol.hasPrefix($0) } })
}
