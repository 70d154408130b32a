// The chapter *Books* of docs/OKX.md: the other depth channels, their order, their pace and their signs of life;
// control plane.

import JSON
import Quantities

extension ConformStep {
  static let bookChannelSteps: [ConformStep] = [
    ConformStep(
      "books.best", "follow the best prices alone", rules: ["OKX-060"], run: best),
    ConformStep(
      "books.retail", "ask for the books with retail liquidity by both names",
      rules: ["OKX-062"], run: retail),
    ConformStep(
      "books.pace", "follow every depth channel of one instrument on one connection",
      rules: ["OKX-063", "OKX-064"], run: pacing),
    ConformStep(
      "books.quiet", "follow a book that begins its numbers anew and then stays still",
      rules: ["OKX-053", "OKX-054", "OKX-064"], runsBeside: true, run: quietBook),
  ]

  private static let best: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let name = bench.name(bench.swap)
    let mark = try await bench.subscribe(line, ["channel": "bbo-tbt", "instId": .string(name)])
    let pushes = try await line.collect(seconds: 6, after: mark, count: 10) {
      $0.isPush(of: "bbo-tbt", name)
    }
    guard !pushes.isEmpty else {
      return findings.differs("OKX-060", expected: "the best prices", seen: "no push in 6 s")
    }
    let odd = pushes.first { push in
      let row = push.rows.first ?? .null
      let sides = [row["asks"]?.array, row["bids"]?.array]
      return sides.contains { $0?.count != 1 || $0?[0].array?.count != 4 }
        || row["seqId"]?.integer == nil || row["prevSeqId"] != nil || push.action != nil
        || row.decimal("ts") == nil
    }
    findings.expect(
      "OKX-060", odd == nil, "one level a side each time, with seqId and ts, without prevSeqId",
      seen: odd?.text ?? "\(pushes.count) pushes")
  }

  private static let retail: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let names = [
      ("books-rpi", bench.rules.has(.retailNames)), ("books-elp", !bench.rules.has(.oldNamesEnd)),
    ]
    for (channel, isThere) in names {
      let line = try await bench.open(.public)
      defer { bench.close(line) }
      let mark = line.mark
      let answer = try await findings.demand("OKX-062", "an answer to \(channel)") {
        try await bench.answer(line, ["channel": .string(channel), "instId": .string(name)])
      }
      findings.expect(
        "OKX-062", (answer.event == "subscribe") == isThere,
        "\(channel) is \(isThere ? "" : "not ")there on \(bench.day)", seen: answer.text)
      if !isThere || answer.event != "subscribe" { continue }
      let pushes = try await line.collect(seconds: 5, after: mark, count: 15) {
        $0.isPush(of: channel, name)
      }
      let broken = brokenChain(pushes)
      let odd = pushes.first { $0.rows.contains { $0["checksum"] != nil } }
      let all = pushes.flatMap(levels)
      // Somebody beside the retail programmes quotes: a constant 0 is an ordinary book's.
      let isOrdinary = !all.contains { $0[2]?.string.flatMap { Double($0) } ?? 0 > 0 }
      let level = isOrdinary ? all.first : all.first { !isRetailLevel($0) }
      findings.expect(
        "OKX-062", broken == nil && odd == nil && level == nil,
        "\(channel): a chain of levels with both sizes, without a checksum",
        seen: broken ?? odd?.text.suffix(120).description ?? level?.canonical
          ?? "\(pushes.count) messages")
      if pushes.count > 5 {
        let median = pushes.dropFirst().gaps.median
        findings.expect(
          "OKX-062", median >= paceMin, "\(channel) comes each 100 ms", seen: "\(Int(median)) ms")
      }
    }
  }

  /// Price, whole size, size without the retail part, number of orders.
  private static func isRetailLevel(_ level: JSONValue) -> Bool {
    let parts = (level.array ?? []).compactMap { $0.string.flatMap { Double($0) } }
    return parts.count == 4 && parts[2] <= parts[1]
  }

  /// Of 100 ms, as the network lets frames catch up with each other.
  private static let paceMin = 70.0

  private static let inOrder = [
    "bbo-tbt", "books-l2-tbt", "books50-l2-tbt", "books", "books-elp", "books-rpi", "books5",
  ]

  private static let pacing: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    let line = try await bench.openPrivate(.public)
    defer { bench.close(line) }
    // Not books-l2-tbt: it ends `books` (OKX-034). What is refused, by its name's day or the account's tier, is absent.
    for channel in inOrder.reversed() where channel != "books-l2-tbt" {
      _ = try await bench.answer(line, ["channel": .string(channel), "instId": .string(name)])
    }
    let begin = line.mark
    try await bench.pause(seconds: 5)
    let pushes = line.frames.dropFirst(begin).filter { $0.isPush && $0.instrument == name }
    judgeOrder(pushes, findings)
    for channel in ["books", "books5"] {
      let told = pushes.filter { $0.channel == channel }
      guard told.count > 5 else {
        findings.notSeen("OKX-064", "\(told.count) pushes of \(channel) in 5 s")
        continue
      }
      let median = told.gaps.median
      let same = zip(told, told.dropFirst()).count { isSame($0, $1) }
      findings.expect(
        "OKX-064", median >= paceMin && same * 10 <= told.count,
        "\(channel) comes each 100 ms, of what changed",
        seen: "\(Int(median)) ms, \(same) unchanged")
    }
  }

  /// A push that tells nothing that the one before it did not.
  private static func isSame(_ before: ConformFrame, _ push: ConformFrame) -> Bool {
    if push.action != nil { return levels(push).isEmpty }
    return levels(push) == levels(before)
  }

  /// Pushes of one number come in the order of the channels.
  private static func judgeOrder(_ pushes: [ConformFrame], _ findings: Findings) {
    var moments: [Int64: [String]] = [:]
    for push in pushes {
      guard let number = push.rows.first?["seqId"]?.integer, let channel = push.channel else {
        continue
      }
      moments[number, default: []].append(channel)
    }
    moments = moments.filter { Set($0.value).count > 1 }
    var wrong: String?
    for (number, names) in moments {
      let places: [Int] = names.map { name in inOrder.firstIndex(of: name) ?? -1 }
      if places != places.sorted() { wrong = "\(number): \(names.joined(separator: ", "))" }
    }
    guard moments.count > 3 else {
      return findings.notSeen("OKX-063", "\(moments.count) changes told by several channels")
    }
    findings.expect(
      "OKX-063", wrong == nil, "what several channels tell comes in the documented order",
      seen: wrong ?? "\(moments.count) changes")
  }

  private static let quietBook: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(try await bench.quiet())
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = line.mark
    for channel in ["books", "bbo-tbt", "books5"] {
      try await bench.subscribe(line, ["channel": .string(channel), "instId": .string(name)])
    }
    let isProvoked = try await bench.provoke(["at 0ms of exchange renumber \(name)"])
    let isReset: @Sendable (ConformFrame) -> Bool = {
      guard let row = $0.rows.first, let number = row["seqId"]?.integer,
        let before = row["prevSeqId"]?.integer
      else { return false }
      return $0.isPush(of: "books", name) && before >= 0 && number < before
    }
    if isProvoked {
      _ = try? await line.next("reset of the numbers", after: mark, seconds: 6, where: isReset)
      try await bench.pause(seconds: 1)
      _ = try await bench.provoke(["at 0ms of exchange still \(name) 64000"])
    }
    try await bench.pause(seconds: isProvoked ? 62.5 : max(65, bench.patience(provoked: false)))
    let pushes = line.frames.dropFirst(mark).filter { $0.isPush(of: "books", name) }
    let broken = brokenChain(pushes)
    let reset = pushes.first(where: isReset)
    if reset == nil && !isProvoked {
      findings.notSeen("OKX-054", "no reset in \(Int(bench.patience(provoked: false))) s")
    } else {
      findings.expect(
        "OKX-054", reset != nil && broken == nil,
        "a reset continues the chain with a lower number, and the chain goes on from there",
        seen: broken ?? reset.map { String($0.text.suffix(70)) } ?? "no reset")
    }
    judgeLife(line.frames.dropFirst(mark).filter(\.isPush), isProvoked, findings)
  }

  private static func judgeLife(
    _ pushes: [ConformFrame], _ isProvoked: Bool, _ findings: Findings
  ) {
    for channel in ["books", "bbo-tbt", "books5"] {
      let rule = channel == "books" ? "OKX-053" : "OKX-064"
      let told = pushes.filter { $0.channel == channel }
      let silences = zip(told.gaps, told.dropFirst()).filter { $0.0 > 50_000 }
      let tail = told.last.map { Double(Instant.now().since($0.at)) / 1e6 } ?? 0
      // When the others repeat is not documented: a minute is what we play ourselves.
      if silences.isEmpty && (tail < 61_000 || channel != "books" && !isProvoked) {
        findings.notSeen(rule, "\(channel) never was still for a minute")
        continue
      }
      let odd = silences.first { gap, frame in
        channel == "books"
          ? gap > 66_000 || !levels(frame).isEmpty
            || frame.rows.first?["seqId"]?.integer != frame.rows.first?["prevSeqId"]?.integer
          : levels(frame).isEmpty
      }
      findings.expect(
        rule, odd == nil && !silences.isEmpty,
        channel == "books"
          ? "after a still minute an update without levels, its two numbers equal"
          : "\(channel) sends its state again when the book was still",
        seen: odd.map { String($0.1.text.suffix(120)) } ?? silences.first.map {
          "after \(Int($0.0)) ms: \($0.1.text.suffix(70))"
        } ?? "nothing for \(Int(tail)) ms")
    }
  }
}
