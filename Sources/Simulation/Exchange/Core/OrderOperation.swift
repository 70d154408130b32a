// The order operations, named as WebSocket and REST name them, and their limits; simulation.

/// What an operation does to each order in it.
enum OrderAction: Sendable {
  case place
  case cancel
  case amend
}

enum OrderOperation: String, Sendable, CaseIterable {
  case order
  case cancelOrder = "cancel-order"
  case amendOrder = "amend-order"
  case batchOrders = "batch-orders"
  case batchCancelOrders = "batch-cancel-orders"
  case batchAmendOrders = "batch-amend-orders"

  static let batchMax = 20

  var action: OrderAction {
    switch self {
    case .order, .batchOrders: .place
    case .cancelOrder, .batchCancelOrders: .cancel
    case .amendOrder, .batchAmendOrders: .amend
    }
  }

  var isBatch: Bool {
    self == .batchOrders || self == .batchCancelOrders || self == .batchAmendOrders
  }

  /// OKX's refusal of a batch that is too large.
  var tooManyCode: String {
    switch action {
    case .place: "51111"
    case .cancel: "51406"
    case .amend: "51501"
    }
  }

  /// The last part of the REST path.
  static func rest(_ name: String) -> OrderOperation? {
    switch name {
    case "cancel-batch-orders": .batchCancelOrders
    case "amend-batch-orders": .batchAmendOrders
    case "batch-cancel-orders", "batch-amend-orders": nil
    default: OrderOperation(rawValue: name)
    }
  }
}

/// OKX's order limits, shared by REST and WebSocket (docs/OKX.md OKX-210, OKX-211).
struct OrderLimits {
  private struct Key: Hashable {
    var action: OrderAction
    var isBatch: Bool
    var instrument: Int
  }

  private let ordersPerInstrument: Int
  private var perInstrument: [Key: RateLimit] = [:]
  private var perAccount: RateLimit

  static let windowNanoseconds: Int64 = 2_000_000_000
  /// Orders in batches have a bucket of their own, so many times the single one's size.
  static let batchFactor = 5

  init(ordersPerInstrument: Int, ordersPerAccount: Int) {
    self.ordersPerInstrument = ordersPerInstrument
    perAccount = RateLimit(
      limit: ordersPerAccount, windowNanoseconds: OrderLimits.windowNanoseconds)
  }

  /// 50011 otherwise.
  mutating func admits(_ action: OrderAction, isBatch: Bool, instrument: Int, now: Int64) -> Bool {
    let key = Key(action: action, isBatch: isBatch, instrument: instrument)
    var limit =
      perInstrument[key]
      ?? RateLimit(
        limit: ordersPerInstrument * (isBatch ? OrderLimits.batchFactor : 1),
        windowNanoseconds: OrderLimits.windowNanoseconds)
    perInstrument[key] = nil
    let admitted = limit.admit(now: now)
    perInstrument[key] = limit
    return admitted
  }

  /// New and amended orders of the sub-account; 50061 otherwise.
  mutating func admitsAccount(now: Int64) -> Bool { perAccount.admit(now: now) }
}
