// The chapter *Books* of docs/OKX.md: levels, chain, window and check of one deep book; control plane.

import JSON
import Quantities

extension ConformStep {
  static let bookSteps: [ConformStep] = [
    ConformStep(
      "books.chain",
      "follow one deep book twice, put it together, and hold both against each other",
      rules: [
        "OKX-050", "OKX-051", "OKX-052", "OKX-055", "OKX-056", "OKX-057", "OKX-058", "OKX-059",
        "OKX-061",
      ], run: bookChain)
  ]

  private static let bookChain: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let name = bench.name(bench.swap)
    guard let tick = bench.swap.decimal("tickSz") else {
      throw ConformHindrance("\(name) has no tickSz")
    }
    let argument: [String: JSONValue] = ["channel": "books", "instId": .string(name)]
    let isBook: @Sendable (ConformFrame) -> Bool = { $0.isPush(of: "books", name) }
    let line = try await bench.open(.public)
    defer { bench.close(line) }
    let mark = try await bench.subscribe(line, argument)
    _ = try await findings.demand("OKX-052", "a snapshot") {
      try await line.next("snapshot of books", after: mark, where: isBook)
    }
    _ = try await line.collect(seconds: 5, after: mark, count: 10, where: isBook)
    let other = try await bench.open(.public)
    defer { bench.close(other) }
    let begin = try await bench.subscribe(other, argument)
    _ = try await other.collect(seconds: 5, after: begin, count: 20, where: isBook)
    // What one has got the other has too, by then.
    try await bench.pause(seconds: 0.5)
    let pushes = line.frames.dropFirst(mark).filter(isBook)
    let twins = other.frames.dropFirst(begin).filter(isBook)
    judgeChain(pushes, findings)
    judgeForm(pushes, bench, findings)
    judgeTwins(pushes, twins, findings)
    judgeBook(pushes, twins, tick: tick, bench, findings)
    guard pushes.count > 2 else {
      return findings.notSeen("OKX-061", "\(pushes.count) pushes in 10 s")
    }
    let counts = pushes.dropFirst().map { Double(levels($0).count) }
    findings.expect(
      "OKX-061", counts.median <= 163,
      "an update has some levels, not the book (163 at most were recorded)",
      seen: "\(Int(counts.median)) in the median, \(Int(counts.max() ?? 0)) at most")
  }

  static func levels(_ frame: ConformFrame) -> [JSONValue] {
    frame.rows.flatMap { ($0["asks"]?.array ?? []) + ($0["bids"]?.array ?? []) }
  }

  /// The first message that does not continue the one before it. A reset does (docs/OKX.md OKX-054).
  static func brokenChain(_ pushes: [ConformFrame]) -> String? {
    guard let first = pushes.first else { return "no message" }
    let begin = first.rows.first?["prevSeqId"]?.integer
    if first.action != "snapshot" || begin != -1 { return first.text }
    var last = first.rows.first?["seqId"]?.integer
    for push in pushes.dropFirst() {
      let row = push.rows.first ?? .null
      if push.action != "update" || row["prevSeqId"]?.integer != last || row["seqId"] == nil {
        return "behind \(last ?? 0): \(String(push.text.suffix(90)))"
      }
      last = row["seqId"]?.integer
    }
    return nil
  }

  private static func judgeChain(_ pushes: [ConformFrame], _ findings: Findings) {
    let broken = brokenChain(pushes)
    findings.expect(
      "OKX-052", broken == nil, "a snapshot with prevSeqId -1, then each update behind the last",
      seen: broken ?? "\(pushes.count) messages")
  }

  private static func judgeForm(
    _ pushes: [ConformFrame], _ bench: ConformBench, _ findings: Findings
  ) {
    let all = pushes.flatMap(levels)
    let odd = all.first { level in
      guard let parts = level.array, parts.count == 4 else { return true }
      return parts.contains { $0.string.flatMap { DecimalNumber($0) } == nil }
        || parts[2].string != "0"
    }
    findings.expect(
      "OKX-050", odd == nil && !all.isEmpty, "levels of four texts, the third 0",
      seen: odd?.canonical ?? "\(all.count) levels")
    let rows = pushes.flatMap(\.rows)
    let strange = rows.first { row in
      row["checksum"]?.integer == nil || row["seqId"]?.integer == nil
        || row["prevSeqId"]?.integer == nil || row.decimal("ts") == nil
        || row["asks"]?.array == nil || row["bids"]?.array == nil
    }
    findings.expect(
      "OKX-051", strange == nil && !rows.isEmpty,
      "asks, bids, ts as text, and checksum, seqId and prevSeqId as numbers",
      seen: strange.map { $0.without(["asks", "bids"]).canonical }
        ?? "\(rows.count) rows")
  }

  /// The same numbers on both connections, where both listened.
  private static func judgeTwins(
    _ pushes: [ConformFrame], _ twins: [ConformFrame], _ findings: Findings
  ) {
    func numbers(_ frames: [ConformFrame]) -> [Int64] {
      frames.compactMap { $0.rows.first?["seqId"]?.integer }
    }
    let (mine, theirs) = (numbers(pushes), numbers(twins))
    guard let first = theirs.first, let low = mine.first, theirs.count > 3,
      let last = [mine.last, theirs.last].compactMap({ $0 }).min(), first >= low
    else {
      return findings.notSeen("OKX-052", "\(twins.count) messages on the second connection")
    }
    // The second one's snapshot may stand between two updates of the first.
    let common = (first + 1)...max(first + 1, last)
    let (a, b) = (mine.filter(common.contains), theirs.filter(common.contains))
    findings.expect(
      "OKX-052", a == b && !a.isEmpty, "the numbers are the same on two connections",
      seen: a == b ? "\(a.count) numbers" : "\(a.prefix(5)) against \(b.prefix(5))")
  }

  private static func judgeBook(
    _ pushes: [ConformFrame], _ twins: [ConformFrame], tick: Increment, _ bench: ConformBench,
    _ findings: Findings
  ) {
    var book = ConformBook(tick: tick)
    var snapshot = ConformBook(tick: tick)
    guard let fresh = twins.first, let number = fresh.rows.first?["seqId"]?.integer else { return }
    _ = snapshot.apply(fresh)
    var depth = 0
    var wrong: String?
    var falseSum: String?
    var crossed: String?
    var same: String??
    for push in pushes {
      if let odd = book.apply(push) { wrong = wrong ?? odd }
      depth = max(depth, book.depth)
      let stated = push.rows.first?["checksum"]?.integer ?? -1
      let due: Int64 = bench.rules.has(.checksumZero) ? 0 : Int64(book.checksum)
      if stated != due { falseSum = falseSum ?? "\(stated), not \(due)" }
      if book.isCrossed { crossed = crossed ?? String(push.text.suffix(120)) }
      if push.rows.first?["seqId"]?.integer == number {
        same = .some(book.difference(from: snapshot))
      }
    }
    findings.expect(
      "OKX-059", falseSum == nil,
      bench.rules.has(.checksumZero)
        ? "the checksum is 0" : "the checksum is the CRC-32 of the best 25 levels",
      seen: falseSum ?? "\(pushes.count) messages")
    findings.expect(
      "OKX-056", crossed == nil,
      "a book in trading is not crossed (one before its opening may be, which was not seen)",
      seen: crossed ?? "\(pushes.count) messages")
    findings.expect(
      "OKX-057", depth <= 400 && depth > 0,
      "a book of at most 400 levels a side, kept so by the exchange's deletes",
      seen: "\(depth) levels at most")
    findings.expect(
      "OKX-058", wrong == nil,
      "deletes of what is not there, repeats and messages of one side can be followed",
      seen: wrong ?? "\(book.strayDeletes) stray deletes, \(book.repeats) repeats")
    guard let same else {
      return findings.notSeen(
        "OKX-055", "the second snapshot (\(number)) stands between two updates")
    }
    findings.expect(
      "OKX-055", same == nil,
      "a whole chain keeps the book: it is the one that a fresh snapshot begins with",
      seen: same ?? "\(depth) levels a side are the same")
  }
}
