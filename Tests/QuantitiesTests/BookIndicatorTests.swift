// Each indicator has one place, one label and one value, and its unit says how the bits are read.
import Quantities
import Testing

@Test func everyIndicatorHasItsOwnPlaceAndLabel() {
  let labels = BookIndicator.allCases.compactMap(\.label)
  #expect(Set(labels).count == labels.count)
  // Places follow one another: the Builder counts through them.
  #expect(
    BookIndicator.allCases.map { Int($0.rawValue) } == Array(0..<BookIndicator.allCases.count))
  let facts = BookIndicator.allCases.compactMap(\.fact)
  #expect(
    facts == [
      "microprice", "imbalance1", "imbalance5", "imbalance25", "orderFlowImbalance", "windowVwap",
      "sessionVwap", "realisedVolatility",
    ], "prompts and recorded snapshots know these names")
  let unlabelled = BookIndicator.allCases.filter { $0.label == nil }
  #expect(unlabelled == [.midHalfTicks, .spreadTicks])
}

@Test func everyValueIsReadAsItsUnitSays() {
  var values = IndicatorValues()
  for indicator in BookIndicator.allCases { #expect(values.bits(indicator) == nil) }
  values.midHalfTicks = -1
  values.spreadTicks = 2
  values.microprice = 3
  values.imbalance1 = 4
  values.imbalance5 = 5
  values.imbalance25 = 6
  values.orderFlowImbalance = 7
  values.tradeFlow = 8
  values.windowVWAP = 9
  values.sessionVWAP = 10
  values.realisedVolatility = 11
  for indicator in BookIndicator.allCases {
    let expected: Int64 = indicator == .midHalfTicks ? -1 : Int64(indicator.rawValue) + 1
    switch indicator.unit {
    case .halfTicks, .ticks, .lots:
      #expect(values.bits(indicator) == UInt64(bitPattern: expected))
    case .price, .ratio, .deviation:
      #expect(values.bits(indicator) == Double(expected).bitPattern)
    }
  }
}
