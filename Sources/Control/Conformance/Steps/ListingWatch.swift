// One instrument's changes on the channel *instruments*, against what REST lists (docs/OKX.md OKX-195, OKX-196); control plane.

import JSON
import Quantities

/// One instrument on a line that follows `instruments`.
struct ListingWatch {
  let bench: ConformBench
  let line: ConformLine
  let findings: Findings
  let row: JSONValue

  var name: String { bench.name(row) }

  /// Provokes and waits for the push that fits.
  private func push(
    _ rule: String, _ what: String, _ deed: String?, after mark: Int,
    where fits: @Sendable (JSONValue) -> Bool
  ) async throws -> JSONValue {
    if let deed { _ = try await bench.provoke([bench.now(deed)]) }
    let id = name
    let frame = try await findings.demand(rule, "a push of \(what)") {
      try await line.next("push of \(what)", after: mark) { frame in
        frame.isPush(of: "instruments")
          && frame.rows.contains { $0.text("instId") == id && fits($0) }
      }
    }
    return frame.rows.first { $0.text("instId") == id && fits($0) } ?? .null
  }

  /// What REST lists of it now.
  private func listed() async throws -> JSONValue {
    try await bench.read("public/instruments?instType=SWAP&instId=\(name)", signed: false).first
      ?? .null
  }

  /// Names and what is not as it was before, or the whole row, by the day.
  private func judgeShape(_ found: JSONValue, _ changed: Set<String>, since before: JSONValue) {
    let fields = found.object ?? [:]
    let names: Set<String> = [
      "instId", "instType", "instIdCode", "uly", "instFamily", "baseCcy", "quoteCcy", "settleCcy",
      "ctValCcy",
    ]
    let isPart =
      Set(fields.keys).isSuperset(of: changed.union(["instId", "instType"]))
      && fields.allSatisfy { names.contains($0.key) || before[$0.key] != $0.value }
    let isWhole = Set(fields.keys).isSuperset(of: [
      "instId", "instType", "tickSz", "lotSz", "minSz", "state", "ctVal", "lever", "listTime",
    ])
    let inPart = bench.rules.has(.instrumentsInPart)
    findings.expect(
      "OKX-196", inPart ? isPart : isWhole,
      inPart ? "the names and what changed (\(changed.sorted())) alone" : "the whole row",
      seen: String(found.canonical.prefix(300)))
  }

  /// Announced in `upcChg`, then carried out.
  func tick() async throws {
    let old = row.text("tickSz")
    let new = Exact.product(old, "2") ?? old
    let mark = line.mark
    let before = try await listed()
    let told = try await push(
      "OKX-195", "an announced tickSz", "tick \(name) \(new) 800", after: mark
    ) { $0["upcChg"]?.array?.isEmpty == false }
    let change = told["upcChg"]?[0] ?? .null
    judgeShape(told, ["upcChg"], since: before)
    let announced = try await listed()
    let done = try await push("OKX-195", "the new tickSz", nil, after: mark) {
      $0["tickSz"]?.string == new && $0["upcChg"]?.array?.isEmpty == true
    }
    judgeShape(done, ["tickSz", "upcChg"], since: announced)
    let now = try await listed()
    let wait = (change.number("effTime") ?? 0) - bench.target.rest.venueClock.now().milliseconds
    findings.expect(
      "OKX-195",
      change.text("param") == "tickSz" && change.text("newValue") == new && wait < 1_000
        && wait > -5_000 && now.text("tickSz") == new,
      "tickSz announced in upcChg with its time, then told and listed",
      seen: "\(change.canonical), then \(now.text("tickSz"))")
    let back = line.mark
    _ = try await push("OKX-195", "the old tickSz", "tick \(name) \(old)", after: back) {
      $0["tickSz"]?.string == old
    }
  }

  /// A field that changes at once, and back.
  func value(_ field: String, _ word: String) async throws {
    let old = row.text(field)
    let new = Exact.product(old, field == "minSz" ? "2" : "0.5") ?? old
    for (value, wanted) in [(new, new), (old, old)] {
      let mark = line.mark
      let before = try await listed()
      let told = try await push(
        "OKX-195", "\(field) \(value)", "\(word) \(name) \(value)", after: mark
      ) { Exact.equal($0[field]?.string, wanted) }
      judgeShape(told, [field], since: before)
      findings.expect(
        "OKX-195", Exact.equal(told.text(field), wanted), "\(field) told as it changes",
        seen: told.text(field))
    }
  }

  func state() async throws {
    for state in ["suspend", "live"] {
      let mark = line.mark
      let before = try await listed()
      let told = try await push(
        "OKX-195", "state \(state)", "state \(name) \(state)", after: mark
      ) { $0["state"]?.string == state }
      judgeShape(told, ["state"], since: before)
    }
    let mark = line.mark
    let before = try await listed()
    let told = try await push(
      "OKX-195", "a listTime", "state \(name) preopen 500", after: mark
    ) { $0["listTime"] != nil && $0["state"]?.string == "preopen" }
    judgeShape(told, ["state", "listTime"], since: before)
    let live = try await push("OKX-195", "the opening", nil, after: mark) {
      $0["state"]?.string == "live"
    }
    findings.expect(
      "OKX-195", live.text("state") == "live", "states told as they change",
      seen: "suspend, live, preopen until \(told.text("listTime")), live")
  }
}
