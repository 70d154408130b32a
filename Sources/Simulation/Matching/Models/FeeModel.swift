// What a fill costs: the protocol, OKX's regular tier, and nothing; simulation.

import Market
import Quantities

/// Fee rates as fractions of the notional; positive is charged, negative is a rebate.
public struct FeeRates: Sendable, Equatable {
  public var maker: DecimalNumber
  public var taker: DecimalNumber
  public init(maker: DecimalNumber, taker: DecimalNumber) {
    self.maker = maker
    self.taker = taker
  }
}

/// Charges fills. The engine decides the currency (a spot buy pays in the base coin) and cuts what is charged
/// to `MatchingEngine.feeDecimalsMax` decimals, towards zero.
public protocol FeeModel: Sendable {
  /// The rates that `account/trade-fee` tells of a type of instrument.
  func rates(of type: InstrumentType) -> FeeRates
  /// The charge on a fill worth `value`, in the currency of `value`; negative is a rebate.
  func charge(on value: Amount, of instrument: InstrumentSpecification, isTaker: Bool) -> Amount
}

extension FeeModel {
  /// `value` times the rate; zero where the product leaves 128 bits.
  public func charge(
    on value: Amount, of instrument: InstrumentSpecification, isTaker: Bool
  ) -> Amount {
    let rates = rates(of: instrument.type)
    return (try? value.multiplied(by: isTaker ? rates.taker : rates.maker)) ?? .zero
  }
}

/// One pair of rates for spot and one for derivatives.
public struct TierFees: FeeModel, Equatable {
  /// OKX regular tier: 0.08 % and 0.1 %.
  public var spot = FeeRates(
    maker: DecimalNumber(mantissa: 8, decimals: 4), taker: DecimalNumber(mantissa: 1, decimals: 3))
  /// OKX regular tier: 0.02 % and 0.05 %.
  public var derivatives = FeeRates(
    maker: DecimalNumber(mantissa: 2, decimals: 4), taker: DecimalNumber(mantissa: 5, decimals: 4))

  public init() {}

  public func rates(of type: InstrumentType) -> FeeRates { type == .spot ? spot : derivatives }
}

/// Nothing is charged: what a strategy earns before costs.
public struct ZeroFees: FeeModel, Equatable {
  public init() {}

  public func rates(of type: InstrumentType) -> FeeRates {
    let zero = DecimalNumber(mantissa: 0, decimals: 0)
    return FeeRates(maker: zero, taker: zero)
  }
}
