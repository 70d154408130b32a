// What a start reads of one in which the exchange renamed a contract.

import Core
import Quantities
import Testing

@Suite struct RenamedMemoryTests {
  private let ether = Symbol("ETH-USDT") ?? Symbol()

  /// docs/OKX.md OKX-200: what was held by the old name is the new one's.
  @Test func aRenamedContractKeepsItsPosition() throws {
    let history = try History()
    try history.start(1) { segment in
      try segment.name(["BTC-USDT"])
      try segment.fill(0, .buy, 3, trade: 1, order: 1, at: 10)
    }
    try history.start(2) { segment in
      try segment.name(["BTC-USDT"])
      try segment.fill(0, .buy, 1, trade: 2, order: 2, at: 20)
      try segment.name(["ETH-USDT"])
      try segment.fill(0, .buy, 2, trade: 3, order: 3, at: 30)
    }
    #expect(try history.memory.positions == [ether: 6])
    try history.start(3) { segment in
      try segment.name(["ETH-USDT"])
      try segment.fill(0, .sell, 5, trade: 4, order: 4, at: 40)
    }
    #expect(try history.memory.positions == [ether: 1])
  }
}
