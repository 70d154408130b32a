// Ring and journal records hold no padding: its bytes would be whatever lay in the ring, and equal runs would differ.
import Quantities
import Testing

@Suite
struct RecordsWithoutPadding {
  @Test func everyByteBelongsToAField() {
    expectNoPadding(MarketMessage())
    expectNoPadding(MarketLevel(price: .none, quantity: .zero))
    expectNoPadding(
      TradeBody(
        price: .none, quantity: .zero, side: .buy, tradeID: 0, seqId: 0, count: 1, source: 0))
    let id = InstrumentID(index: 0)
    let reference = DecisionReference(
      bid: .none, ask: .none, seqId: 0, receivedAt: .zero,
      exchangeTime: WallMilliseconds(milliseconds: 0))
    expectNoPadding(reference)
    expectNoPadding(
      Intent(
        number: .none, instrument: id, kind: .place, side: .buy, type: .limit, source: .none,
        isBookValid: true, isReduceOnly: false, price: .none, quantity: .zero,
        targetIntent: .none, decision: .none, reference: reference, madeAt: .zero))
    expectNoPadding(
      Verdict(
        intent: .none, instrument: id, kind: .place, code: .approved, limit: 0, figure: 0,
        decision: .none, judgedAt: .zero))
    expectNoPadding(Report(kind: .sent, instrument: id))
    expectNoPadding(SignalLease.absent)
  }

  private func expectNoPadding(
    _ record: some BitwiseCopyable, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let fields = Mirror(reflecting: record).children
    let bytes = fields.map { size($0.value) }.reduce(0, +)
    let layout = fields.map { "\($0.label ?? "") \(size($0.value))" }.joined(separator: ", ")
    #expect(
      bytes == MemoryLayout.size(ofValue: record), "\(layout)", sourceLocation: sourceLocation)
  }

  private func size(_ value: Any) -> Int {
    func opened<Value>(_ value: Value) -> Int { MemoryLayout<Value>.size }
    return _openExistential(value, do: opened)
  }
}
