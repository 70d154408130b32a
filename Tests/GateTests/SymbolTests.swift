// What the hot targets link: no Foundation, Dispatch, NIO or concurrency in any of their object files.
import Foundation
import Testing

/// Mangled prefixes and names that must not be undefined symbols of a hot object.
private let forbidden = [
  "$s10Foundation", "$s20FoundationEssentials", "$s8Dispatch", "_dispatch_", "dispatch_async",
  "$s7NIOCore", "$s8NIOPosix", "swift_task_", "swift_asyncLet", "$sScT",
]

@Test(arguments: Manifest.own.names(.hot, .seam))
func hotObjectsLinkNothingForbidden(module: String) throws {
  let symbols = try Repository.undefinedSymbols(of: module)
  try #require(!symbols.isEmpty, "no object files of \(module) below \(Repository.build.path)")
  let found = symbols.filter { symbol in forbidden.contains { symbol.hasPrefix($0) } }
  expectNone(found, module)
}

@Test func theSymbolCheckCanFail() throws {
  #expect(Manifest.own.names(.hot, .seam).count > 10)
  let symbols = try Repository.undefinedSymbols(of: "Operations")
  #expect(symbols.contains { symbol in forbidden.contains { symbol.hasPrefix($0) } })
}
