// The chapter *Connections* of docs/OKX.md: where the exchange answers, and how much of it; control plane.

import Account
import Dialing
import JSON
import Quantities

extension ConformStep {
  static let connectionSteps: [ConformStep] = [
    ConformStep(
      "connections.paths", "open each of the three paths, plain, and ask each for what it serves",
      rules: ["OKX-001", "OKX-003", "OKX-010"], run: paths),
    ConformStep(
      "connections.port", "try the old WebSocket port", rules: ["OKX-002"], run: oldPort),
    ConformStep(
      "connections.pace", "open six connections at once, twice as many as a second allows",
      rules: ["OKX-004"], run: pace),
    ConformStep(
      "connections.requests", "subscribe and unsubscribe on one connection until that is too much",
      rules: ["OKX-005"], run: requests),
    ConformStep(
      "connections.count", "follow orders on two connections and read how many there are",
      rules: ["OKX-008"], run: count),
    ConformStep(
      "connections.depth", "follow as many depth channels on one connection as are recommended",
      rules: ["OKX-011"], run: depth),
  ]

  private static let paths: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let wanted: [(ConformTarget.Path, [String: JSONValue])] = [
      (.public, ["channel": "tickers", "instId": .string(bench.name(bench.swap))]),
      (.private, ["channel": "account"]),
      (.business, ["channel": "candle3m", "instId": .string(bench.name(bench.swap))]),
    ]
    var served: [String] = []
    for (path, argument) in wanted {
      do {
        let line =
          path == .private ? try await bench.openPrivate() : try await bench.open(path)
        defer { bench.close(line) }
        let mark = line.mark
        let answer = try await bench.answer(line, argument)
        if answer.event == "subscribe" {
          served.append(path.rawValue)
        } else {
          findings.differs(
            "OKX-001", expected: "/ws/v5/\(path.rawValue) serves its channels", seen: answer.text)
        }
        let frames = try await line.collect(seconds: 2, after: mark, count: 2) { _ in true }
        let odd = frames.first { $0.json == .null }
        let fault = line.ended.map { "the connection ended: \($0.fault)" }
        findings.expect(
          "OKX-010", odd == nil && fault == nil && !frames.isEmpty,
          "what is not asked to be compressed comes plain",
          seen: odd?.text ?? fault ?? "\(frames.count) frames on \(path.rawValue)")
      } catch let error as DialError {
        let isCompression = "\(error)".lowercased().contains("extension")
        findings.differs(
          isCompression ? "OKX-010" : "OKX-001",
          expected: isCompression
            ? "no extension that was not offered" : "/ws/v5/\(path.rawValue) answers",
          seen: "\(error)")
      }
    }
    try await hosts(bench, findings, served)
    try await otherEnvironment(bench, findings)
  }

  private static let demoHosts: Set<String> = [
    "wspap.okx.com", "wseeapap.okx.com", "wsuspap.okx.com",
  ]

  private static func hosts(
    _ bench: ConformBench, _ findings: Findings, _ served: [String]
  ) async throws {
    let time = try await bench.call("GET", "public/time", signed: false)
    let host = bench.target.publicURL.host
    let isKnown =
      bench.target.environment == .simulated || demoHosts.contains(host)
    findings.expect(
      "OKX-001", served.count == 3 && time.rows.first?["ts"] != nil && isKnown,
      "public, private and business serve their channels, and REST tells its time",
      seen: "\(host): \(served.joined(separator: ", ")); \(time.text.prefix(80))")
  }

  /// The header of demo trading where the key is none of it, or none where it is.
  private static func otherEnvironment(_ bench: ConformBench, _ findings: Findings) async throws {
    let isDemo = bench.target.headers.contains { $0.name == "x-simulated-trading" }
    let right = try await bench.call("GET", "account/config")
    let wrong = try await bench.call(
      "GET", "account/config", headers: isDemo ? [] : [("x-simulated-trading", "1")])
    findings.expect(
      "OKX-003", right.code == "0" && wrong.code == "50101",
      "a key of the other environment is refused with 50101",
      seen: "as configured \(right.code), otherwise \(wrong.text.prefix(120))")
  }

  private static let oldPort: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let target = bench.target
    if target.environment == .demo && target.publicURL.port != 443 {
      findings.differs("OKX-002", expected: "port 443", seen: "port \(target.publicURL.port)")
    }
    // The usual port answers: else silence on the other would say nothing.
    bench.close(try await bench.open(.public))
    let seen: String?
    do {
      bench.close(try await bench.open(.public, port: target.oldPort, seconds: 4))
      seen = nil
    } catch let error as DialError { seen = "\(error)" }
    let isClosed = bench.rules.has(.oldPortCloses)
    findings.expect(
      "OKX-002", (seen != nil) == isClosed,
      "port \(target.oldPort) \(isClosed ? "does not answer" : "answers too") on \(bench.day)",
      seen: seen ?? "it answers")
  }

  private static let pace: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let (opened, refused) = try await bench.openAtOnce(.public, 6)
    findings.expect(
      "OKX-004", opened > 0 && !refused.isEmpty, "of six connections at once some are refused",
      seen: "\(opened) opened\(refused.first.map { ", \($0)" } ?? "")")
  }

  private static let requestsMax = 480

  /// On a connection of its own: what it uses up is its own alone.
  private static let requests: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = line.mark
    let argument: JSONValue = ["channel": "status"]
    var ids: [String] = []
    while ids.count <= requestsMax {
      let id = bench.nextID("q")
      let operation: JSONValue = ids.count.isMultiple(of: 2) ? "subscribe" : "unsubscribe"
      line.send(["op": operation, "id": .string(id), "args": [argument]])
      ids.append(id)
      if ids.count.isMultiple(of: 40) {
        _ = try await line.next("answer to request \(ids.count)", after: mark) { $0.id == id }
      }
    }
    guard let last = ids.last else { return }
    let answer = try await findings.demand("OKX-005", "an answer to request 481") {
      try await line.next("answer to request 481", after: mark) { $0.id == last }
    }
    let early = line.frames.dropFirst(mark).first { $0.event == "error" && $0.id != last }
    findings.expect(
      "OKX-005", early == nil && answer.event == "error" && answer.code == "60014",
      "480 requests are taken, the next is refused with 60014", seen: (early ?? answer).text)
  }

  private static let count: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    var counts: [Int64] = []
    var lines: [ConformLine] = []
    defer { for line in lines { bench.close(line) } }
    for _ in 0..<2 {
      let line = try await bench.openPrivate()
      lines.append(line)
      let mark = try await bench.subscribe(line, ["channel": "orders", "instType": "ANY"])
      let told = try await findings.demand("OKX-008", "channel-conn-count behind a subscription") {
        try await line.next("channel-conn-count", after: mark) {
          $0.event?.hasPrefix("channel-conn-count") == true
        }
      }
      if told.event != "channel-conn-count" || told.json["channel"]?.string != "orders" {
        return findings.differs("OKX-008", expected: "a count of orders", seen: told.text)
      }
      counts.append(told.json["connCount"]?.string.flatMap { Int64($0) } ?? 0)
    }
    findings.expect(
      "OKX-008", counts[0] >= 1 && counts[1] >= 2 && counts[1] <= 30,
      "each new connection is told how many follow the channel, 30 at most",
      seen: "\(counts) (the limit itself was not tried)")
  }

  private static let depthMax = 29

  private static let depth: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let names = try await (bench.listed("SWAP") + bench.listed("SPOT")).map(bench.name)
    let retail = bench.rules.has(.retailNames) ? "books-rpi" : "books-elp"
    let channels = ["books", "books5", "bbo-tbt", retail]
    let wanted = channels.flatMap { channel in names.prefix(10).map { (channel, $0) } }
      .prefix(depthMax)
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = line.mark
    let arguments: [JSONValue] = wanted.map {
      ["channel": .string($0.0), "instId": .string($0.1)]
    }
    line.send(["op": "subscribe", "id": "depth", "args": .array(arguments)])
    func missing() -> (String, String)? {
      let frames = line.frames.dropFirst(mark)
      return wanted.first { channel, name in
        !frames.contains { $0.isPush(of: channel, name) }
      }
    }
    for _ in 0..<50 where missing() != nil { try await bench.pause(seconds: 0.1) }
    findings.expect(
      "OKX-011", missing() == nil && line.ended == nil,
      "\(wanted.count) depth channels on one connection, fewer than 30, are all served",
      seen: missing().map { "nothing of \($0.0) \($0.1)" } ?? "each began (a recommendation)")
  }
}
