// What is known around an instrument's book, latest of each kind, as State shows it; both planes.
public import Quantities

/// One record a kind; `.none` where the exchange has not said any. 896 bytes.
@frozen
public struct InstrumentContext: Sendable, BitwiseCopyable {
  public var ticker: ContextRecord
  public var fundingRate: ContextRecord
  public var markPrice: ContextRecord
  public var indexPrice: ContextRecord
  public var openInterest: ContextRecord
  public var priceLimit: ContextRecord
  public var liquidation: ContextRecord

  public init() {
    let none = ContextRecord(.none)
    ticker = none
    fundingRate = none
    markPrice = none
    indexPrice = none
    openInterest = none
    priceLimit = none
    liquidation = none
  }

  /// The record of a kind; nil before the first.
  public subscript(kind: ContextKind) -> ContextRecord? {
    get {
      let record: ContextRecord? =
        switch kind {
        case .ticker: ticker
        case .fundingRate: fundingRate
        case .markPrice: markPrice
        case .indexPrice: indexPrice
        case .openInterest: openInterest
        case .priceLimit: priceLimit
        case .liquidation: liquidation
        case .none, .status: nil
        }
      return record.flatMap { $0.kind == ContextKind.none ? nil : $0 }
    }
    set {
      guard let newValue else { return }
      switch kind {
      case .ticker: ticker = newValue
      case .fundingRate: fundingRate = newValue
      case .markPrice: markPrice = newValue
      case .indexPrice: indexPrice = newValue
      case .openInterest: openInterest = newValue
      case .priceLimit: priceLimit = newValue
      case .liquidation: liquidation = newValue
      case .none, .status: break
      }
    }
  }
}
