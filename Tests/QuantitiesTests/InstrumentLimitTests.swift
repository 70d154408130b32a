// Each limit has one key, one field and one direction: stricter.
import Quantities
import Testing

@Test func everyLimitHasItsOwnKeyAndField() {
  #expect(Set(InstrumentLimit.allCases.map(\.text.key)).count == InstrumentLimit.allCases.count)
  for limit in InstrumentLimit.allCases {
    var limits = InstrumentLimits()
    for other in InstrumentLimit.allCases { limits[other] = 5 }
    limits[limit] = 7
    #expect(limits[limit] == 7)
    for other in InstrumentLimit.allCases where other != limit { #expect(limits[other] == 5) }
    #expect((limit.text.range == nil) == (limit == .orderNotional))
  }
}

/// What a request may change is what the gate tightens: a figure that is sent and then ignored would be a lie.
@Test func everyFigureOfARequestTightensAndNoneLoosens() throws {
  for limit in InstrumentLimit.allCases {
    var held = InstrumentLimits()
    held.isAllowed = true
    for other in InstrumentLimit.allCases { held[other] = 5 }
    var asked = InstrumentLimits.unchanged
    asked[limit] = 3
    let stricter = try #require(held.tightened(by: asked))
    #expect(stricter[limit] == (InstrumentLimit.doorOrder.contains(limit) ? 3 : 5), "\(limit)")
    for other in InstrumentLimit.allCases where other != limit { #expect(stricter[other] == 5) }
    asked[limit] = 8
    #expect(try #require(held.tightened(by: asked)) == held)
    asked[limit] = 0
    #expect(try #require(held.tightened(by: asked)) == held)
  }
  var held = InstrumentLimits()
  held.isAllowed = true
  #expect(held.tightened(by: .unchanged)?.isAllowed == true)
  held[.orderLots] = 0
  var asked = InstrumentLimits.unchanged
  asked[.orderLots] = 3
  #expect(held.tightened(by: asked)?[.orderLots] == 0, "a missing limit stays missing, and refuses")
}
