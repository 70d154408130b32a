// An algo order as a request words it: texts, so that every check of them has one place; simulation.

import Quantities

public struct AlgoRequest: Sendable {
  public var instrument: Int
  public var side: Side
  /// OKX `ordType`.
  public var type: String
  public var tradeMode: String
  public var size = ""
  public var closeFraction = ""
  public var reduceOnly = false
  public var diesWithPosition = false
  public var clientID = ""
  public var tag = ""
  public var targetCurrency = ""
  public var takeProfit = LegText()
  public var stopLoss = LegText()
  public var trigger = LegText()
  /// OKX `advanceOrdType`.
  public var childType = ""
  public var callbackRatio = ""
  public var callbackSpread = ""
  public var activation = ""

  /// A leg as the request words it; all empty where it has none.
  public struct LegText: Sendable {
    public var trigger: String
    /// -1: at market.
    public var price: String
    /// `last`, `index`, `mark`; empty is `last`.
    public var source: String

    public init(trigger: String = "", price: String = "", source: String = "") {
      self.trigger = trigger
      self.price = price
      self.source = source
    }

    var isEmpty: Bool { trigger.isEmpty && price.isEmpty }
  }

  public init(instrument: Int, side: Side, type: String, tradeMode: String) {
    self.instrument = instrument
    self.side = side
    self.type = type
    self.tradeMode = tradeMode
  }
}

/// What an amendment changes; empty texts leave a value as it is.
public struct AlgoAmendment: Sendable {
  public var size = ""
  public var takeProfit = AlgoRequest.LegText()
  public var stopLoss = AlgoRequest.LegText()
  public var trigger = AlgoRequest.LegText()
  public var requestID = ""
  public var cancelsOnFailure = false

  public init() {}

  func leg(_ name: AlgoLegName) -> AlgoRequest.LegText {
    name == .takeProfit ? takeProfit : stopLoss
  }

  var isEmpty: Bool {
    size.isEmpty
      && [takeProfit, stopLoss, trigger].allSatisfy { $0.isEmpty && $0.source.isEmpty }
  }
}
