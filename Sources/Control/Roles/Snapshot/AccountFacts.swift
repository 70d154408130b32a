// The sections of a snapshot about our own side, and how much of them a vendor sees; control plane.
import JSON
import Operations

/// Signed lots of one instrument.
public struct PositionFacts: Sendable, Hashable, Codable {
  public var lots: Int64
  /// Position over position limit, −1000…1000; absent without a limit.
  public var permilleOfLimit: Int64?
  /// What the lease in force asks for; absent without one.
  public var targetLots: Int64?
  /// Working orders, lots.
  public var workingBuyLots: Int64
  public var workingSellLots: Int64
  public var workingOrders: Int
  public var averagePrice: Double?
  public var markPrice: Double?
  public var liquidationPrice: Double?
  public var leverage: Double?
  /// At the mark, settlement currency.
  public var floatingProfit: Double?

  public init(lots: Int64, workingBuyLots: Int64, workingSellLots: Int64, workingOrders: Int) {
    self.lots = lots
    self.workingBuyLots = workingBuyLots
    self.workingSellLots = workingSellLots
    self.workingOrders = workingOrders
  }
}

/// The account. Money in USD.
public struct AccountFacts: Sendable, Hashable, Codable {
  public var equity: Double?
  public var available: Double?
  /// Equity below its highest of the day before the console started and since, 0…1000.
  public var drawdownPermille: Int64?

  public init() {}
}

/// What the desk may do.
public struct LimitFacts: Sendable, Hashable, Codable {
  public var isAllowed: Bool
  /// Lots.
  public var positionLots: Int64?
  public var orderLots: Int64?
  /// Oldest book an order may be decided on.
  public var bookAgeMilliseconds: Int64?
  /// The stricter of the desk's and the instrument's: `active`, `reduceOnly`, `cancelOnly`, `halted`.
  public var tradingState: String
  public var isFlattening: Bool

  public init(isAllowed: Bool, tradingState: String, isFlattening: Bool) {
    self.isAllowed = isAllowed
    self.tradingState = tradingState
    self.isFlattening = isFlattening
  }
}

/// One of our own orders.
public struct OrderFacts: Sendable, Hashable, Codable {
  /// `o1` is the newest: what answers may name it by.
  public var reference: String
  /// `clOrdId`; never shown to a vendor.
  public var id: String?
  public var side: String
  public var price: Double?
  public var averagePrice: Double?
  public var lots: Int64
  public var filledLots: Int64
  public var state: String
  public var ageMilliseconds: Int64

  public init(
    reference: String, id: String?, side: String, price: Double?, lots: Int64, filledLots: Int64,
    state: String, ageMilliseconds: Int64
  ) {
    self.reference = reference
    self.id = id
    self.side = side
    self.price = price
    self.lots = lots
    self.filledLots = filledLots
    self.state = state
    self.ageMilliseconds = ageMilliseconds
  }
}

/// For whose eyes a snapshot is rendered.
public enum Viewer: Sendable, Hashable {
  /// Rules in this process.
  case local
  /// A model, ours or a vendor's, with what the desk lets it see of the account.
  case model(AccountShare)
}

extension Snapshot {
  /// The sections that a role may see, for that viewer. Absent sections stay absent.
  public func view(of inputs: Set<InputKind>, for viewer: Viewer) -> JSONValue {
    var shown = Snapshot(takenAt: takenAt, instrument: instrument)
    if inputs.contains(.book) { shown.book = book }
    if inputs.contains(.trades) { shown.trades = trades }
    if inputs.contains(.indicators) { shown.indicators = indicators }
    if inputs.contains(.bars) {
      shown.bars = bars
      shown.series = series
    }
    if inputs.contains(.context) { shown.context = context }
    if inputs.contains(.limits) { shown.limits = limits }
    if inputs.contains(.newsLabels) { shown.news = news }
    if inputs.contains(.position) { shown.position = position }
    if inputs.contains(.account) { shown.account = account }
    if inputs.contains(.orders) { shown.orders = orders }
    switch viewer {
    case .local: return shown.json
    case .model(let share): return shown.shared(share)
    }
  }

  /// Lots, money and own prices are the account's; shares of a limit are ratios.
  private func shared(_ share: AccountShare) -> JSONValue {
    var shown = self
    for index in shown.orders.indices { shown.orders[index].id = nil }
    if share == .full { return shown.json }
    shown.orders = []
    shown.limits?.positionLots = nil
    shown.limits?.orderLots = nil
    let permille = share == .ratios ? position?.permilleOfLimit : nil
    let drawdown = share == .ratios ? account?.drawdownPermille : nil
    shown.position = nil
    shown.account = nil
    guard case .object(var object) = shown.json else { return .null }
    if let permille { object["position"] = ["permille_of_limit": .integer(permille)] }
    if let drawdown { object["account"] = ["drawdown_permille": .integer(drawdown)] }
    return .object(object)
  }
}
