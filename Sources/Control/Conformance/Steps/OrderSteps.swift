// The chapter *Orders* of docs/OKX.md: what is looked at, and where; control plane.

extension ConformStep {
  static let orderSteps: [ConformStep] = [
    ConformStep(
      "orders.naming", "name instruments by code and by name, and requests well and badly",
      rules: ["OKX-100", "OKX-101"], run: orderNaming),
    ConformStep(
      "orders.identity", "give orders ids and tags, twice, too long, and cancel by either id",
      rules: ["OKX-102", "OKX-106", "OKX-118"], run: orderIdentity),
    ConformStep(
      "orders.modes", "trade spot with cash and a swap with cross, and the swap with cash",
      rules: ["OKX-103"], run: orderModes),
    ConformStep(
      "orders.expiry", "place, amend and cancel with a time that is over and one that is not",
      rules: ["OKX-105"], run: orderExpiry),
    ConformStep(
      "orders.resting", "let an order rest, look at it everywhere, and cancel it",
      rules: ["OKX-107", "OKX-113", "OKX-114", "OKX-132"], run: orderResting),
    ConformStep(
      "orders.post-only", "place a post_only order that rests and one that would take",
      rules: ["OKX-109"], run: orderPostOnly),
    ConformStep(
      "orders.taking", "take at once with every type of order, and look at the fills",
      rules: [
        "OKX-107", "OKX-110", "OKX-111", "OKX-113", "OKX-114", "OKX-118", "OKX-120",
      ], run: orderTaking),
    ConformStep(
      "orders.partial", "take more than the best price has",
      rules: ["OKX-107", "OKX-110", "OKX-114"], run: orderPartial),
    ConformStep(
      "orders.quote-size", "buy spot for an amount of its quote currency",
      rules: ["OKX-112"], run: orderQuoteSize),
    ConformStep(
      "orders.repeats", "count fills and ends by the first push of each",
      rules: ["OKX-108"], run: orderRepeats),
    ConformStep(
      "orders.reduce-only", "reduce a position by less, all and more than it is",
      rules: ["OKX-104", "OKX-116"], run: orderReduceOnly),
    ConformStep(
      "orders.liquidation", "look at what the system's own orders say",
      rules: ["OKX-115"], run: orderLiquidation),
    ConformStep(
      "orders.self-trade", "let an order meet another of the account",
      rules: ["OKX-117"], run: orderSelfTrade),
    ConformStep(
      "orders.close-position", "close a position at market, with an order in the way and without",
      rules: ["OKX-119"], run: orderClosePosition),
  ]
}
