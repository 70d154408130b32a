// The chapter *Subscriptions* of docs/OKX.md: what a request is answered by; control plane.

import JSON
import Quantities

extension ConformStep {
  static let subscriptionSteps: [ConformStep] = [
    ConformStep(
      "subscriptions.answers", "subscribe to two channels and to none such in one request",
      rules: ["OKX-030", "OKX-032"], run: answers),
    ConformStep(
      "subscriptions.size", "subscribe to nearly 64 KB of channels, then to more",
      rules: ["OKX-009", "OKX-031"], run: size),
    ConformStep(
      "subscriptions.again", "subscribe twice, then give up and subscribe anew",
      rules: ["OKX-033"], run: again),
    ConformStep(
      "subscriptions.depth", "follow `books-l2-tbt` without a login, and beside `books`",
      rules: ["OKX-034", "OKX-035"], run: exclusive),
    ConformStep(
      "subscriptions.paths", "ask each path for what another serves", rules: ["OKX-036"],
      run: wrongPaths),
    ConformStep(
      "subscriptions.private", "follow orders, account and positions beside a resting order",
      rules: ["OKX-037"], run: beginnings),
  ]

  private static let answers: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = line.mark
    let id = "Conform0123456789abcdefghijklmno"
    let spot = bench.name(bench.spot)
    let swap = bench.name(bench.swap)
    line.send([
      "op": "subscribe", "id": .string(id),
      "args": [
        ["channel": "tickers", "instId": .string(spot)],
        ["channel": "tickers", "instId": .string(swap)],
        ["channel": "no-such-channel", "instId": .string(spot)],
      ],
    ])
    let events = try await line.collect(seconds: 5, after: mark, count: 3) {
      $0.event == "subscribe" || $0.event == "error"
    }
    let taken = events.filter { $0.event == "subscribe" }
    findings.expect(
      "OKX-030",
      taken.count == 2 && Set(taken.compactMap(\.instrument)) == [spot, swap]
        && taken.allSatisfy { $0.id == id },
      "each argument is acknowledged by itself, with the id of 32 letters and digits",
      seen: taken.map(\.text).joined(separator: " "))
    let error = events.first { $0.event == "error" }
    findings.expect(
      "OKX-030",
      error?.id == id && error?.json["arg"] == nil && error?.code == "60018"
        && error?.json.text("msg").isEmpty == false,
      "a refusal has code, message and the id, and no argument", seen: error?.text ?? "none came")
    try await order(line, swap, findings)
  }

  /// Either may come first: both have to come.
  private static func order(
    _ line: ConformLine, _ name: String, _ findings: Findings
  ) async throws {
    let mark = line.mark
    line.send([
      "op": "subscribe", "id": "ConformOrder",
      "args": [["channel": "mark-price", "instId": .string(name)]],
    ])
    let push = try await findings.demand("OKX-032", "a push of what was subscribed") {
      try await line.next("push of mark-price", after: mark) { $0.isPush(of: "mark-price", name) }
    }
    let answer = try await findings.demand("OKX-032", "an acknowledgement beside the pushes") {
      try await line.next("acknowledgement of mark-price", after: mark) {
        $0.event == "subscribe" && $0.id == "ConformOrder"
      }
    }
    findings.agrees(
      "OKX-032",
      "an acknowledgement, and pushes \(answer.index > push.index ? "before" : "behind") it")
  }

  private static let kilobyte = 1_024

  private static let size: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let argument: JSONValue = ["channel": "status"]
    let bytes = argument.canonical.utf8.count + 1
    func request(_ id: String, bytes wanted: Int) -> JSONValue {
      let arguments = [JSONValue](repeating: argument, count: wanted / bytes)
      return ["op": "subscribe", "id": .string(id), "args": .array(arguments)]
    }
    let mark = line.mark
    line.send(request("nearly", bytes: 60 * kilobyte))
    let expected = 60 * kilobyte / bytes
    let answers = try await line.collect(seconds: 10, after: mark, count: expected) {
      $0.id == "nearly" && $0.event == "subscribe"
    }
    findings.expect(
      "OKX-031", answers.count == expected, "60 KB of arguments are taken",
      seen: "\(answers.count) of \(expected) acknowledged")
    let later = line.mark
    line.send(request("toomuch", bytes: 80 * kilobyte))
    let end = try? await line.end(seconds: 5)
    let taken = line.frames.dropFirst(later).first { $0.id == "toomuch" && $0.event == "subscribe" }
    findings.expect(
      "OKX-031", taken == nil, "80 KB of arguments are not taken",
      seen: taken?.text ?? "nothing was acknowledged")
    findings.expect(
      "OKX-009", end?.closeCode == 1_009, "a request that is too large ends with 1009",
      seen: end.map { "\($0.closeCode)" } ?? "the connection is open")
  }

  private static let again: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let name = bench.name(bench.swap)
    let argument: [String: JSONValue] = ["channel": "books", "instId": .string(name)]
    let isSnapshot: @Sendable (ConformFrame) -> Bool = {
      $0.isPush(of: "books", name) && $0.action == "snapshot"
    }
    let mark = try await bench.subscribe(line, argument)
    _ = try await findings.demand("OKX-033", "a first snapshot") {
      try await line.next("snapshot", after: mark, where: isSnapshot)
    }
    let second = line.mark
    line.send(["op": "subscribe", "id": "ConformAgain", "args": [.object(argument)]])
    let answer = try await findings.demand("OKX-033", "an answer to a second subscription") {
      try await line.next("answer to a second subscription", after: second) {
        $0.id == "ConformAgain"
      }
    }
    findings.expect(
      "OKX-033", answer.event == "subscribe", "a second subscription is acknowledged",
      seen: answer.text)
    let repeated = try await line.collect(seconds: 1, after: second, count: 1, where: isSnapshot)
    let ended = try await findings.demand("OKX-033", "an answer to unsubscribe") {
      try await bench.answer(line, argument, to: "unsubscribe")
    }
    findings.expect(
      "OKX-033", ended.event == "unsubscribe", "unsubscribing is acknowledged", seen: ended.text)
    let third = try await bench.subscribe(line, argument)
    let fresh = try await findings.demand("OKX-033", "a snapshot once it is subscribed anew") {
      try await line.next("snapshot", after: third, where: isSnapshot)
    }
    findings.expect(
      "OKX-033", fresh.rows.first?["prevSeqId"]?.integer == -1,
      "a fresh snapshot behind unsubscribe and subscribe",
      seen: "it came; the second subscription brought \(repeated.count)")
  }

  private static let exclusive: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    func argument(_ channel: String) -> [String: JSONValue] {
      ["channel": .string(channel), "instId": .string(name)]
    }
    let open = try await bench.open(.public)
    defer { bench.close(open) }
    for channel in ["books-l2-tbt", "books50-l2-tbt"] {
      let answer = try await bench.answer(open, argument(channel))
      findings.expect(
        "OKX-035", answer.event == "error" && answer.code == "64003",
        "\(channel) without a login is refused with 64003", seen: answer.text)
    }
    for channel in ["books", "books5", "bbo-tbt", "trades", "tickers"] {
      let answer = try await bench.answer(open, argument(channel))
      findings.expect(
        "OKX-035", answer.event == "subscribe", "\(channel) wants no login", seen: answer.text)
    }
    let line = try await bench.openPrivate(.public)
    defer { bench.close(line) }
    let first = try await bench.answer(line, argument("books-l2-tbt"))
    if first.code == "64003" {
      return findings.notSeen("OKX-034", "the account's fee tier is too low: \(first.text)")
    }
    for channel in ["books", "books50-l2-tbt"] {
      let mark = line.mark
      let id = bench.nextID("s")
      line.send(["op": "subscribe", "id": .string(id), "args": [.object(argument(channel))]])
      _ = try await findings.demand("OKX-034", "64004 for \(channel) beside books-l2-tbt") {
        try await line.next("64004", after: mark) { $0.event == "error" && $0.code == "64004" }
      }
    }
    _ = try await bench.answer(line, argument("books-l2-tbt"), to: "unsubscribe")
    try await bench.subscribe(line, argument("books"))
    let mark = try await bench.subscribe(line, argument("books-l2-tbt"))
    let gone = try await findings.demand("OKX-034", "`books` is unsubscribed by the exchange") {
      try await line.next("unsubscribe by the exchange", after: mark) { $0.event == "unsubscribe" }
    }
    findings.expect(
      "OKX-034", gone.channel == "books" && gone.instrument == name,
      "books-l2-tbt refuses the others (64004) and ends those that run", seen: gone.text)
  }

  private static let wrongPaths: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name: JSONValue = .string(bench.name(bench.swap))
    let tries: [(ConformTarget.Path, [String: JSONValue], Set<String>)] = [
      (.public, ["channel": "candle1m", "instId": name], ["60018", "64001"]),
      (.business, ["channel": "trades", "instId": name], ["60018", "64002"]),
      (.business, ["channel": "books", "instId": name], ["60018", "64002"]),
      (.business, ["channel": "candle1m", "instId": name], []),
    ]
    for (path, argument, codes) in tries {
      let line = try await bench.open(path)
      defer { bench.close(line) }
      let answer = try await findings.demand("OKX-036", "an answer on \(path.rawValue)") {
        try await bench.answer(line, argument)
      }
      let channel = argument["channel"]?.string ?? ""
      findings.expect(
        "OKX-036",
        codes.isEmpty ? answer.event == "subscribe" : codes.contains(answer.code ?? ""),
        codes.isEmpty
          ? "\(channel) is on \(path.rawValue)"
          : "\(channel) on \(path.rawValue) is refused with \(codes.sorted().joined(separator: " or "))",
        seen: answer.text)
    }
  }

  /// Judged by an order of its own: others may trade the account.
  private static let beginnings: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.openPrivate()
    defer { bench.close(line) }
    let resting = try await bench.place(
      line,
      bench.order(
        bench.spot, buy: true,
        ["px": .string(try await bench.price(bench.spot, buy: true, restingBy: 20))]))
    guard resting.code == "0" else {
      throw ConformHindrance("no order could be placed: \(resting.reply.text)")
    }
    let mark = try await bench.subscribe(line, ["channel": "orders", "instType": "ANY"])
    let early = try await line.collect(seconds: 1.5, after: mark, count: 1) {
      $0.isPush(of: "orders") && $0.rows.contains { $0.text("ordId") == resting.exchangeID }
    }
    findings.expect(
      "OKX-037", early.isEmpty, "orders begins without a snapshot",
      seen: early.first?.text ?? "nothing of an order that rests")
    for channel in ["account", "positions"] {
      var argument: [String: JSONValue] = ["channel": .string(channel)]
      if channel == "positions" { argument["instType"] = "ANY" }
      let begin = try await bench.subscribe(line, argument)
      let frame = try await findings.demand("OKX-037", "a snapshot of \(channel)") {
        try await line.next("push of \(channel)", after: begin) { $0.isPush(of: channel) }
      }
      findings.expect(
        "OKX-037", frame.json.text("eventType") == "snapshot", "\(channel) begins with a snapshot",
        seen: String(frame.text.prefix(120)))
    }
    let contract = try await bench.place(
      line,
      bench.order(
        bench.swap, buy: true,
        [
          "px": .string(try await bench.price(bench.swap, buy: true, restingBy: 20)),
          "clOrdId": .string(bench.nextOrderID() + "any"),
        ]))
    _ = try await bench.cancel(line, bench.spot, resting)
    _ = try await bench.cancel(line, bench.swap, contract)
    for (order, name) in [(resting, "spot"), (contract, "swap")] {
      let pushes = try await bench.pushes(line, of: order)
      findings.expect(
        "OKX-037", !pushes.isEmpty, "orders of instType ANY tells of \(name)",
        seen: "\(pushes.count) pushes")
    }
  }
}
