// A snapshot is its content, absent stays absent, and a model sees of the account what the desk allows.
import Agents
import Operations
import Testing

@Suite struct SnapshotTests {
  static func full() -> Snapshot {
    var snapshot = Snapshot(
      takenAt: 1_790_000_000_000,
      instrument: InstrumentFacts(
        id: "BTC-USDT-SWAP", type: "swap", tickSize: "0.1", lotSize: "0.01", quote: "USDT",
        isTradable: true))
    var book = BookFacts(isValid: true, ageMilliseconds: 3, sequence: 9)
    book.bid = 65_000.1
    book.ask = 65_000.2
    book.mid = 65_000.15
    book.midHalfTicks = 1_300_003
    book.bids = [LevelFacts(price: 65_000.1, lots: 3)]
    book.asks = [LevelFacts(price: 65_000.2, lots: 4)]
    snapshot.book = book
    var position = PositionFacts(lots: 7, workingBuyLots: 1, workingSellLots: 0, workingOrders: 1)
    position.permilleOfLimit = 700
    position.averagePrice = 64_321.5
    snapshot.position = position
    var account = AccountFacts()
    account.equity = 123_456.78
    account.drawdownPermille = 12
    snapshot.account = account
    var limits = LimitFacts(isAllowed: true, tradingState: "active", isFlattening: false)
    limits.positionLots = 10
    snapshot.limits = limits
    snapshot.orders = [
      OrderFacts(
        reference: "o1", id: "549755813889", side: "buy", price: 64_999.9, lots: 1, filledLots: 0,
        state: "live", ageMilliseconds: 50)
    ]
    return snapshot
  }

  @Test func hashIsStableAndOfTheContent() throws {
    let snapshot = SnapshotTests.full()
    #expect(snapshot.hash == SnapshotTests.full().hash)
    let read = try Snapshot(stored: snapshot.json.canonical)
    #expect(read == snapshot && read.hash == snapshot.hash)
    var other = snapshot
    other.book?.mid = 65_000.2
    #expect(other.hash != snapshot.hash)
  }

  @Test func absentIsNotZero() {
    let snapshot = Snapshot(takenAt: 1, instrument: SnapshotTests.full().instrument)
    let text = snapshot.json.canonical
    for name in ["book", "position", "account", "context", "equity", "mid"] {
      #expect(!text.contains("\"\(name)\""))
    }
    #expect(snapshot.facts.prices.isEmpty)
  }

  @Test func aModelSeesWhatTheDeskShares() {
    let snapshot = SnapshotTests.full()
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
    let text = SnapshotTests.full().view(of: [.book], for: .local).canonical
    #expect(text.contains("65000.15") && !text.contains("positionLots") && !text.contains("equity"))
  }

  @Test func factsHoldWhatMayBeNamed() {
    let facts = SnapshotTests.full().facts
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
