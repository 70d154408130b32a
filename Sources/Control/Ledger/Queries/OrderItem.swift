// What is asked of the orders on record, and what is told of each; control plane.

/// Conditions that are present all hold. Newest first.
public struct OrderQuery: Sendable, Hashable {
  /// 1…500.
  public var limit: Int
  /// `OrderPage.next` of the page before.
  public var cursor: Int64?
  public var instrument: String?
  public var state: OrderPhase?
  /// The cycle whose lease it was for.
  public var decision: Int64?
  /// Unix milliseconds, both ends included: when the order was put on record.
  public var from: Int64?
  public var to: Int64?

  public init(
    limit: Int = 50, cursor: Int64? = nil, instrument: String? = nil, state: OrderPhase? = nil,
    decision: Int64? = nil, from: Int64? = nil, to: Int64? = nil
  ) {
    self.limit = limit
    self.cursor = cursor
    self.instrument = instrument
    self.state = state
    self.decision = decision
    self.from = from
    self.to = to
  }
}

/// Where an order stands, as the newest reports say.
public enum OrderPhase: String, Sendable, Hashable, Codable, CaseIterable {
  /// On record and, as far as is known, on its way.
  case sent
  case live
  case partiallyFilled = "partially_filled"
  case filled
  case cancelled
  case rejected
  /// No answer: the exchange is being asked.
  case unknown
}

/// A sum of fees in one currency, as OKX signs it: negative is paid.
public struct FeeItem: Sendable, Hashable, Codable {
  public var currency: String
  public var amount: String
  public init(currency: String, amount: String) {
    self.currency = currency
    self.amount = amount
  }
}

/// Prices and sizes are decimal strings; a figure that is not known is null.
public struct OrderItem: Sendable, Hashable, Codable {
  public var clOrdID: String
  public var ordID: String
  public var instrument: String
  public var side: String
  public var type: String
  /// Who wanted it: `agent`, `manual`, `scripted`.
  public var source: String
  public var isReduceOnly: Bool
  public var state: OrderPhase
  /// A rejection's code, else empty.
  public var code: String
  public var exchangeCode: Int64
  /// What the exchange said beside its code: OKX `subCode` (0: none) and its words.
  public var exchangeSubCode: Int64
  public var exchangeText: String
  public var placedAt: Int64
  public var updatedAt: Int64
  public var price: String?
  public var size: String?
  public var lots: Int64
  public var filledLots: Int64
  public var averagePrice: String?
  public var fees: [FeeItem]
  /// The cycle, 0 for none.
  public var decision: Int64
  /// Of the cycle; empty for none.
  public var traceID: String
  public var intent: Int64
  /// The middle of the market that it was decided on, and the best price of the other side then.
  public var referenceMid: String?
  public var counterPrice: String?
  /// Fills against that mid, weighted by size: positive is worse for us.
  public var slippageTicks: String?
  public var slippageBps: String?

  enum CodingKeys: String, CodingKey {
    case clOrdID = "cl_ord_id"
    case ordID = "ord_id"
    case instrument, side, type, source
    case isReduceOnly = "reduce_only"
    case state, code
    case exchangeCode = "exchange_code"
    case exchangeSubCode = "exchange_sub_code"
    case exchangeText = "exchange_text"
    case placedAt = "placed_at"
    case updatedAt = "updated_at"
    case price, size, lots
    case filledLots = "filled_lots"
    case averagePrice = "average_price"
    case fees, decision
    case traceID = "trace_id"
    case intent
    case referenceMid = "reference_mid"
    case counterPrice = "counter_price"
    case slippageTicks = "slippage_ticks"
    case slippageBps = "slippage_bps"
  }
}

public struct OrderPage: Sendable, Hashable, Codable {
  public var items: [OrderItem]
  public var next: Int64?
}

public struct FillItem: Sendable, Hashable, Codable {
  public var at: Int64
  public var exchangeAt: Int64
  public var tradeID: String
  public var price: String?
  public var size: String?
  public var lots: Int64
  public var fee: String
  public var feeCurrency: String
  public var isTaker: Bool
  public var slippageTicks: String?
  public var slippageBps: String?

  enum CodingKeys: String, CodingKey {
    case at
    case exchangeAt = "exchange_at"
    case tradeID = "trade_id"
    case price, size, lots, fee
    case feeCurrency = "fee_currency"
    case isTaker = "taker"
    case slippageTicks = "slippage_ticks"
    case slippageBps = "slippage_bps"
  }
}

public struct VerdictItem: Sendable, Hashable, Codable {
  public var at: Int64
  public var intent: Int64
  public var instrument: String
  public var action: String
  /// `approved`, or a refusal's code.
  public var code: String
  public var limit: Int64
  public var figure: Int64
}

public struct IntentItem: Sendable, Hashable, Codable {
  public var at: Int64
  public var intent: Int64
  public var instrument: String
  public var action: String
  public var side: String
  public var type: String
  public var price: String?
  public var lots: Int64
  public var bid: String?
  public var ask: String?
  public var isBookValid: Bool
  public var verdict: VerdictItem?

  enum CodingKeys: String, CodingKey {
    case at, intent, instrument, action, side, type, price, lots, bid, ask
    case isBookValid = "book_valid"
    case verdict
  }
}

public struct ReportItem: Sendable, Hashable, Codable {
  public var at: Int64
  public var kind: String
  public var code: String
  public var exchangeCode: Int64
  public var exchangeSubCode: Int64
  public var exchangeText: String
  public var lots: Int64
  public var filledLots: Int64
  public var isReconciled: Bool

  enum CodingKeys: String, CodingKey {
    case at, kind, code
    case exchangeCode = "exchange_code"
    case exchangeSubCode = "exchange_sub_code"
    case exchangeText = "exchange_text"
    case lots
    case filledLots = "filled_lots"
    case isReconciled = "reconciled"
  }
}

/// An order with everything on record about it, each list in the order it happened.
public struct OrderDetail: Sendable, Hashable, Codable {
  public var order: OrderItem
  public var intent: IntentItem?
  public var reports: [ReportItem]
  public var fills: [FillItem]
  /// When cancels of it were sent, Unix milliseconds.
  public var cancelsSentAt: [Int64]

  enum CodingKeys: String, CodingKey {
    case order, intent, reports, fills
    case cancelsSentAt = "cancels_sent_at"
  }
}
