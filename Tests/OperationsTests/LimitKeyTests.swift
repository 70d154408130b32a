// The configuration follows the one list of limits: a key in defaults and a key in instruments for each.

import Operations
import Quantities
import Testing

@Test func everyLimitIsAKeyOfDefaultsAndOfInstruments() throws {
  var configuration = try Configuration.parse(validYAML)
  for limit in InstrumentLimit.allCases {
    let text = limit.text
    for path in ["risk.defaults", "risk.instruments.*"] {
      let key = try #require(
        ConfigurationSchema.keys.first { $0.name == "\(path).\(text.key)" }, "\(text.key)")
      #expect(key.unit == text.unit && key.meaning.hasPrefix(text.meaning))
    }
    if limit == .orderNotional { continue }
    configuration.risk.instruments = ["BTC-USDT": Configuration.InstrumentRisk()]
    configuration.risk.instruments["BTC-USDT"]?[limit] = 9
    let again = try Configuration.parse(configuration.yaml)
    #expect(again.risk.limits(of: "BTC-USDT")[limit] == 9, "\(text.key)")
  }
}
