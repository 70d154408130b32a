// A snapshot is its content, absent stays absent, and a model sees of the account what the desk allows.
import AgentFixtures
import JSON
import Operations
import Roles
import Testing

@Suite struct SnapshotTests {
  @Test func hashIsStableAndOfTheContent() throws {
    let snapshot = SnapshotFixture.full()
    #expect(snapshot.hash == SnapshotFixture.full().hash)
    let read = try Snapshot(stored: snapshot.json.canonical)
    #expect(read == snapshot && read.hash == snapshot.hash)
    var other = snapshot
    other.book?.mid = 65_000.2
    #expect(other.hash != snapshot.hash)
  }

  @Test func absentIsNotZero() {
    let snapshot = Snapshot(takenAt: 1, instrument: SnapshotFixture.full().instrument)
    let text = snapshot.json.canonical
    for name in ["book", "position", "account", "context", "equity", "mid"] {
      #expect(!text.contains("\"\(name)\""))
    }
    #expect(snapshot.facts.prices.isEmpty)
  }

  @Test func aModelSeesWhatTheDeskShares() {
    let snapshot = SnapshotFixture.full()
    let all = Set(InputKind.allCases)
    let figures = ["123456.78", "64321.5", "549755813889", "64999.9", "\"lots\":7"]
    let none = snapshot.view(of: all, for: .model(.none)).canonical
    let ratios = snapshot.view(of: all, for: .model(.ratios)).canonical
    let full = snapshot.view(of: all, for: .model(.full)).canonical
    let local = snapshot.view(of: all, for: .local).canonical
    for figure in figures {
      #expect(!none.contains(figure) && !ratios.contains(figure), "\(figure)")
      #expect(local.contains(figure), "\(figure)")
    }
    #expect(!none.contains("700"))
    #expect(
      ratios.contains("\"permille_of_limit\":700") && ratios.contains("\"drawdown_permille\":12"))
    #expect(full.contains("123456.78") && !full.contains("549755813889"))
    #expect(none.contains("65000.15"))
  }

  @Test func aRoleSeesItsInputsAlone() {
    let text = SnapshotFixture.full().view(of: [.book], for: .local).canonical
    #expect(text.contains("65000.15") && !text.contains("positionLots") && !text.contains("equity"))
  }

  @Test func factsHoldWhatMayBeNamed() {
    let facts = SnapshotFixture.full().facts
    #expect(facts.instruments == ["BTC-USDT-SWAP"])
    #expect(facts.prices.contains(65_000.15) && facts.prices.contains(64_321.5))
    #expect(facts.positions == [0, 7])
    #expect(facts.orderIDs == ["o1", "549755813889"])
  }

  @Test func traceContextReadsItsOwnHeader() {
    let trace = TraceContext()
    #expect(TraceContext(traceparent: trace.traceparent) == trace)
    #expect(trace.child().traceID == trace.traceID && trace.child().spanID != trace.spanID)
    for text in [
      "", "00-0-0-01", "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    ] { #expect(TraceContext(traceparent: text) == nil, "\(text)") }
  }
}
