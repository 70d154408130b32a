// Where each case of a recorded enum stands: a journal of years ago must read the same tomorrow.
import Journal
import Quantities
import Testing

/// Case names by the byte that stands for them in a record.
private func places<Code: CaseIterable & BitwiseCopyable>(_: Code.Type) -> String {
  Code.allCases.map { code in
    let byte = unsafe withUnsafeBytes(of: code) { unsafe $0[0] }
    return "\(byte) \(code)"
  }.joined(separator: ", ")
}

/// New cases go to the end; none moves or goes.
@Test(arguments: [
  (places(Side.self), ""),
  (places(Urgency.self), ""),
  (places(ReportKind.self), ""),
  (places(TradingState.self), ""),
  (places(StopSource.self), ""),
  (places(IntentKind.self), ""),
  (places(OrderType.self), ""),
  (places(SignalSource.self), ""),
  (places(MarketMessageKind.self), ""),
  (places(MarketChannel.self), ""),
  (places(RefusalCode.self), ""),
  (places(FaultCode.self), ""),
  (places(JournalStream.self), ""),
  (places(JournalEnvironment.self), ""),
])
func casesKeepTheirPlaces(found: String, pinned: String) {
  #expect(found.hasPrefix(pinned) && !pinned.isEmpty, "\(found)")
}
