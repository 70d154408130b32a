// Hand-made instruments and levels, and a seeded random source, for the tests of the simulation.

import Market
import Quantities

public struct SplitMix: RandomNumberGenerator {
  public var state: UInt64
  public init(state: UInt64) { self.state = state }
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// One order at a price, with the digits that `spot` is written with.
public func level(_ price: Int64, _ lots: Int64) -> BookLevel {
  BookLevel(
    price: Price(ticks: price), quantity: Quantity(lots: lots), orders: 1, priceDigits: 1,
    quantityDigits: 2)
}

/// BTC-USDT, tick 0.1, lot 0.01, minimum 1 lot.
public let spot = InstrumentSpecification(
  id: "BTC-USDT", base: "BTC", quote: "USDT", tick: Increment(mantissa: 1, decimals: 1),
  lot: Increment(mantissa: 1, decimals: 2))

/// ETH-USDT-SWAP, 0.1 ETH a contract, tick 0.01, lot 1.
public let linear: InstrumentSpecification = {
  var item = InstrumentSpecification(
    id: "ETH-USDT-SWAP", base: "", quote: "", tick: Increment(mantissa: 1, decimals: 2),
    lot: Increment(mantissa: 1, decimals: 0))
  item.type = .swap
  item.contract = .linear
  item.contractValue = Increment(mantissa: 1, decimals: 1)
  item.settle = "USDT"
  return item
}()

/// BTC-USD-SWAP, 100 USD a contract, tick 0.1, lot 1.
public let inverse: InstrumentSpecification = {
  var item = InstrumentSpecification(
    id: "BTC-USD-SWAP", base: "", quote: "", tick: Increment(mantissa: 1, decimals: 1),
    lot: Increment(mantissa: 1, decimals: 0))
  item.type = .swap
  item.contract = .inverse
  item.contractValue = Increment(mantissa: 100, decimals: 0)
  item.settle = "BTC"
  return item
}()
