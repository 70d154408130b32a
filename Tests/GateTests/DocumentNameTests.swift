// What a document names in backticks is there: files, types, commands, options, keys, routes.
import Foundation
import Testing

/// Spans that name something outside of this repository, each with what it is.
private let elsewhere: [String: String] = [
  "valgrind --tool=callgrind": "a tool of Debian",
  "isolcpus": "an option of the Linux kernel", "nohz_full": "likewise",
  "ulimit -l unlimited": "a setting of the shell",
  "io_uring_enter": "a system call that liburing makes",
  "SSL_read": "a function of OpenSSL that we keep away from", "SSL_write": "likewise",
  "news.social_cap_permille": "its key is put together from the tier's name",
  "news.official_cap_permille": "likewise",
]

/// What is wrong with a span, or nil.
private func fault(_ span: String, _ named: Named) -> String? {
  if elsewhere[span] != nil { return nil }
  let parts = span.split(separator: " ").map(String.init)
  guard let first = parts.first else { return nil }
  let command = (first as NSString).lastPathComponent
  if command == "make", parts.count > 1, first == "make" {
    let goals = parts.dropFirst().filter { !$0.contains("=") }
    return goals.first { !named.targets.contains($0) }.map { "no make target \($0)" }
  }
  if command == "llmtrading", parts.count > 1 { return commandFault(parts, named) }
  if ["GET", "POST", "PUT"].contains(first), parts.count == 2 { return fault(parts[1], named) }
  if span.hasPrefix("/api/") { return isRoute(span, named) ? nil : "no such route" }
  let isPath = parts.count == 1 && !span.contains("{") && (span.contains("/") || isFile(span))
  if isPath, !span.hasPrefix("/"), !span.hasPrefix("~"), !span.hasPrefix(".build") {
    if named.tests.contains(span) { return nil }
    let path = span.hasSuffix("/") ? String(span.dropLast()) : span
    if named.paths.contains(where: { $0 == path || $0.hasSuffix("/" + path) }) { return nil }
    if isFile(path) && !path.hasSuffix("yaml") && !path.hasSuffix("json")
      || folders.contains(where: { path.hasPrefix($0) })
    {
      return "no such file"
    }
  }
  if let section = key(span) {
    let isKnown = named.keys.contains { known in
      known.count >= section.count
        && zip(known, section).allSatisfy {
          $0 == $1 || $0 == "*" || $1 == "*" || isPlaceholder($1)
        }
    }
    if isKnown { return nil }
  }
  let unknown = Named.words(in: span).filter { word in
    word.count > 2 && !isPlaceholder(Substring(word)) && !named.words.contains(word)
      && word.contains { $0.isLetter } && !(word.contains("-") && !word.hasPrefix("--"))
  }
  return unknown.isEmpty ? nil : "nothing is called \(unknown.sorted().joined(separator: ", "))"
}

private func isRoute(_ span: String, _ named: Named) -> Bool {
  let wanted = span.split(separator: "?")[0].split(separator: "/")
  return named.routes.contains { route in
    route.count == wanted.count && zip(route, wanted).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
  }
}

/// `llmtrading COMMAND [COMMAND] … --option`; `a|b` names two commands.
private func commandFault(_ parts: [String], _ named: Named) -> String? {
  let commands = parts.dropFirst().prefix { word in
    word.allSatisfy { $0.isLowercase || $0 == "-" || $0 == "|" } && !word.hasPrefix("-")
  }
  for word in commands.prefix(2).flatMap({ $0.split(separator: "|") }) {
    if !named.commands.contains(String(word)) { return "no command \(word)" }
  }
  let options = parts.filter { $0.hasPrefix("--") }.map { $0.prefix { $0 != "=" } }
  return options.first {
    !named.words.contains(String($0)) && !named.words.contains(String($0.dropFirst(2)))
  }
  .map { "no option \($0)" }
}

private func isFile(_ span: String) -> Bool {
  ["swift", "md", "sh", "js", "css", "py", "yaml", "json"].contains(
    (span as NSString).pathExtension)
}

private func isPlaceholder(_ word: Substring) -> Bool {
  word.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "…" }
}

private func key(_ span: String) -> [Substring]? {
  let parts = span.split(separator: ".", omittingEmptySubsequences: false)
  let isKey =
    parts.count > 1
    && parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "*" }
    }
  return isKey && span.first!.isLowercase ? parts : nil
}

/// The spans of a document: what stands in backticks, and the commands of its blocks.
private func spans(_ text: String) -> [(line: Int, span: String)] {
  var found: [(Int, String)] = []
  var isBlock = false
  for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if line.drop(while: { $0 == " " }).hasPrefix("```") {
      isBlock.toggle()
    } else if isBlock {
      let words = line.prefix { $0 != "#" }.split(separator: " ")
      if let first = words.first, first == "make" || first.hasSuffix("llmtrading") {
        found.append((index + 1, words.joined(separator: " ")))
      }
    } else {
      let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
      let plain = stride(from: 0, to: pieces.count, by: 2).map { String(pieces[$0]) }
      found += places(plain.joined(separator: " ")).map { (index + 1, $0) }
      for (place, piece) in pieces.enumerated() where place % 2 == 1 && place < pieces.count - 1 {
        found.append((index + 1, String(piece)))
      }
    }
  }
  return found
}

/// Whatever begins so is a place in this repository.
private let folders = ["Sources/", "Tests/", "docs/", "perf/", "CShims/", "Benchmarks/"]

/// Links to files, and paths of ours that stand in the text without backticks.
private func places(_ line: String) -> [String] {
  let links = line.components(separatedBy: "](").dropFirst().map { link in
    String(link.prefix { $0 != ")" && $0 != "#" })
  }
  let words = line.split { " |(),;`".contains($0) }.map { word in
    String(word.hasSuffix(".") ? word.dropLast() : word)
  }
  return links.filter { !$0.isEmpty && !$0.contains("://") }
    .map { $0.hasPrefix("../") ? String($0.dropFirst(3)) : $0 }
    + words.filter { word in folders.contains { word.hasPrefix($0) } }
}

private let documents =
  ["README.md", "HACKING.md"].map { Repository.root.appendingPathComponent($0) }
  + Repository.files(below: "docs", withExtension: "md")

@Test func whatDocumentsNameIsThere() throws {
  var found: [String] = []
  var seen = 0
  for url in documents {
    for (line, span) in spans(try Repository.text(url)) {
      seen += 1
      // OKX.md speaks the exchange's language: there only files are ours.
      if url.lastPathComponent == "OKX.md", !span.contains("/") || span.hasPrefix("/") { continue }
      if let fault = fault(span, .own) {
        found.append("\(Repository.relative(url)):\(line): `\(span)`: \(fault)")
      }
    }
  }
  #expect(seen > 400)
  expectNone(found)
}

@Test func everyGateHasARowInHacking() throws {
  let text = try Repository.text(Repository.root.appendingPathComponent("HACKING.md"))
  let gates = Repository.files(below: "Tests/GateTests", withExtension: "swift")
    .map { $0.deletingPathExtension().lastPathComponent }.filter { $0.hasSuffix("Tests") }
  #expect(gates.count > 10)
  expectNone(gates.filter { !text.contains("| `\($0)` |") })
}

@Test func everyForeignNameIsStillThere() throws {
  let all = Set(try documents.flatMap { spans(try Repository.text($0)).map(\.span) })
  expectNone(elsewhere.keys.filter { !all.contains($0) }.sorted())
}

@Test func theDocumentCheckCanFail() {
  let wrong = [
    "make fly", "llmtrading fly", "llmtrading config fly", "llmtrading run --fly", "GET /api/fly",
    "/api/prompts/ROLE/fly", "docs/FLY.md", "Flyer.swift", "FlyingStage", "risk.desk.fly",
    "Tests/FlyTests", "BookTests/fly", "fly_milliseconds",
  ]
  for span in wrong { #expect(fault(span, .own) != nil, "\(span)") }
  let right = [
    "make test SUITE=Book", "llmtrading config explain", "llmtrading run --config FILE",
    "GET /api/prompts", "/api/prompts/ROLE/shadow", "docs/RISK.md", "Gate.swift", "SymbolTests",
    "risk.desk.open_orders", "risk.instruments.ID", "Tests/GateTests",
    "GateTests/theDocumentCheckCanFail", "Sources/Hot/Risk",
  ]
  for span in right { #expect(fault(span, .own) == nil, "\(span): \(fault(span, .own) ?? "")") }
  #expect(
    spans("a `b` c\n```\nmake demo  # x\nother\n```\n`d`").map(\.span) == ["b", "make demo", "d"])
}
