// Nothing is declared that only a test uses, or nobody: what runs is what is tested.
import Foundation
import Testing

/// Signatures that no word of Sources uses, each with its reason.
private let excused: [String: String] = [
  "CodingKeys": "Codable's own code reads it",
  "encode(to:)": "Encodable calls it",
  "hash(into:)": "Hashable calls it",
  "respond(to:context:)": "Hummingbird calls it",
  "InboundIn": "NIO's handlers name their types so",
  "OutboundIn": "likewise", "OutboundOut": "likewise",
  "channelRead(context:data:)": "NIO calls its handlers", "errorCaught(context:error:)": "likewise",
  "handlerAdded(context:)": "likewise", "handlerRemoved(context:)": "likewise",
  "channelInactive(context:)": "likewise", "channelReadComplete(context:)": "likewise",
  "channelWritabilityChanged(context:)": "likewise",
  "TemplateStrategy": "it is there to be copied (docs/STRATEGY.md); a test keeps it working",
  "plan(of:)": "a test reads SQLite's plan: that a query walks an index is the promise",
  "enqueue(_:)": "the concurrency runtime calls an actor's executor",
]

/// Declarations that no word uses where they can be seen.
private func dead(_ files: [SourceFile], _ manifest: Manifest) -> [Declaration] {
  var byFile: [String: Uses] = [:]
  var byModule: [String: Uses] = [:]
  for file in files {
    let uses = Uses(of: file)
    byFile[file.path] = uses
    byModule[file.module ?? "", default: Uses()].formUnion(uses)
  }
  var seers: [String: [Uses]] = [:]
  for module in byModule.keys {
    for seen in manifest.closure(of: module) { seers[seen, default: []].append(byModule[module]!) }
  }
  let declared = files.map { ($0, Declarations.all(in: $0)) }
  let required = Set(declared.flatMap(\.1).filter(\.isRequirement).map(\.signature))
  return declared.flatMap { file, all in
    let module = file.module ?? ""
    return all.filter { declared in
      if !declared.isRequirement, required.contains(declared.signature) { return false }
      return switch declared.reach {
      case .file: byFile[file.path]?.mayUse(declared) != true
      case .module: byModule[module]?.mayUse(declared) != true
      case .everywhere: !seers[module, default: []].contains { $0.mayUse(declared) }
      }
    }
  }
}

private func findings(_ files: [SourceFile], _ manifest: Manifest = .own) -> [String] {
  var tested: Set<String> = []
  for file in SourceFile.tests { tested.formUnion(file.tokens.map(\.value)) }
  return dead(files, manifest).filter { excused[$0.signature] == nil }.map { one in
    "\(one.path):\(one.line): \(one.signature)"
      + (tested.contains(one.name) ? ", in tests only" : "")
  }
}

/// Functions that a shim's header declares and neither Swift nor another C function calls.
private func deadShims(headers: [SourceFile], c: [SourceFile], swift: [SourceFile]) -> [String] {
  let words = Set(swift.flatMap(\.tokens).filter { $0.kind == .word }.map(\.value))
  var counts: [String: Int] = [:]
  for token in c.flatMap(\.tokens) where token.kind == .word {
    counts[token.value, default: 0] += 1
  }
  return headers.flatMap { file -> [String] in
    let tokens = file.tokens
    return tokens.indices.dropFirst().compactMap { index in
      guard tokens[index].kind == .word, index + 1 < tokens.count, tokens[index + 1].isMark("("),
        tokens[index - 1].isMark("*") || tokens[index - 1].kind == .word
      else { return nil }
      let name = tokens[index].value
      // A declaration here and a definition there.
      guard counts[name, default: 0] <= 2, !name.hasPrefix("__"), !words.contains(name) else {
        return nil
      }
      return "\(file.path):\(tokens[index].line): \(name)"
    }
  }
}

@Test func nothingOfTheShimsIsCalledByNobody() {
  let headers = SourceFile.shims.filter { $0.ext == "h" }
  #expect(headers.count > 8)
  expectNone(
    deadShims(headers: headers, c: SourceFile.shims, swift: SourceFile.sources + SourceFile.tests))
  let header = SourceFile(path: "a.h", text: "int ck_a(void) CK_HOT;\nvoid *ck_b(int a);\n")
  let body = SourceFile(path: "a.c", text: "int ck_a(void) { return 0; }\nvoid *ck_b(int a) {}")
  let swift = SourceFile(path: "a.swift", text: "ck_b(1)")
  #expect(deadShims(headers: [header], c: [header, body], swift: [swift]) == ["a.h:1: ck_a"])
}

@Test func nothingInSourcesIsUsedByNobody() {
  expectNone(findings(SourceFile.sources))
}

/// An excuse that nothing needs any more hides the next one.
@Test func everyExcuseIsNeeded() {
  let signatures = Set(dead(SourceFile.sources, .own).map(\.signature))
  expectNone(excused.keys.filter { !signatures.contains($0) }.sorted())
}

@Test func theDeadNameCheckCanFail() {
  func names(_ text: String, and other: String = "") -> [String] {
    dead(
      [
        SourceFile(path: "Sources/Hot/Wire/a.swift", text: text),
        SourceFile(path: "Sources/Hot/OKX/b.swift", text: other),
      ], .own
    ).map(\.signature)
  }
  #expect(names("func a() {}") == ["a()"])
  #expect(names("func a() {}\nlet b = a()") == [])
  #expect(names("func a() {}", and: "let b = a()") == ["a()"])
  #expect(names("public func a() {}", and: "let b = a()") == [])
  #expect(names("let b = a()", and: "public func a() {}") == ["a()"], "Wire does not see OKX")
  #expect(names("@inlinable public func a(_ b: Int) {}", and: "a(b: 1)") == ["a(_:)"])
  #expect(names("func a(_ b: Int, by c: [K: V] = [:], d: () -> Int) {}\na(1) { 2 }") == [])
  #expect(names("private struct A {}\nenum B { case A, B }\nlet a: B", and: "A()") == ["A"])
  #expect(names("// A\nstruct A { static let text = \"A\" }") == ["A"])
  #expect(names("struct A {}\nlet a = \"\\(A())\"") == [])
  #expect(
    names("protocol P { func f(_ a: Int) }\nstruct S: P { func f(_ b: Int) {} }")
      == ["f(_:)", "S"])
}
