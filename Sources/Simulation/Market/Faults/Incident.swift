// What a fault script does to the account, its private lines and its requests; simulation.

import Quantities

/// One line of the script: what happens, and when.
public struct Incident: Sendable, Equatable {
  /// What is counted, or `exchange`, which has only times. Names are those of the script.
  public enum Place: String, Sendable, CaseIterable {
    /// Pushes of the three private channels, each counted once for all who listen.
    case orders
    case positions
    case account
    /// Single orders in requests, over WebSocket and REST together.
    case place
    case amend
    case cancel
    case exchange

    var isPush: Bool { self == .orders || self == .positions || self == .account }
    var isRequest: Bool { self == .place || self == .amend || self == .cancel }
  }

  /// Counted from where the script begins to be played.
  public enum Moment: Sendable, Equatable {
    /// At the so-manieth push or request, 1 upwards.
    case count(Int)
    case milliseconds(Int64)
  }

  public var moment: Moment
  public var place: Place
  public var deed: Deed

  public init(_ moment: Moment, of place: Place, _ deed: Deed) {
    self.moment = moment
    self.place = place
    self.deed = deed
  }
}

/// What can be done. Spans and delays are milliseconds; sizes are as orders write them.
public enum Deed: Sendable, Equatable {
  // Of the push that is met.
  case drop
  case duplicate
  case delay(Int64)
  /// It comes after the next push of its channel, or after `IncidentBoard.heldNanoseconds` without one.
  case reorder

  // Of the request that is met.
  /// It is carried out and nothing is answered.
  case loseReply
  /// It never arrives.
  case loseRequest
  /// It is refused: `code` in its row, or in the envelope with no rows.
  case refuse(code: Int, inEnvelope: Bool)
  /// It is carried out and answered as if it had been refused.
  case take(code: Int, inEnvelope: Bool)

  // Of the private lines.
  case disconnect
  /// Nothing comes by the lines that are open now, and what is sent on them goes nowhere.
  case halfOpen
  /// The service notice 64008 on every line, or on those with these `connId` alone, as an upgrade goes server by
  /// server; those that are still open a minute later are cut.
  case notice(lines: [String])

  // Of REST.
  /// `trade/order`, `orders-pending` and fills answer as of so long ago.
  case restLag(Int64, span: Int64)
  /// An HTTP status of 100 to 599, OKX's code, or 0 for no answer at all, where the path begins so.
  case restFail(code: Int, span: Int64, path: String)
  /// `trade/order` knows no live order.
  case notFound(span: Int64)

  // Of the account.
  /// `size` empty: the whole position. Silent: no order push.
  case liquidate(instrument: String, size: String, isSilent: Bool)
  case deleverage(instrument: String, size: String, isSilent: Bool)
  case funding(instrument: String, rate: DecimalNumber)
  /// `price` empty: the mark.
  case settle(instrument: String, price: String)
  /// From the funding account where it is positive; a deposit arrives like that.
  case transfer(currency: String, Amount)
  /// An order of somebody else on the same account, from a phone say.
  case foreign(ForeignOrder)
  /// Somebody else cancels whatever is open in the instrument.
  case foreignCancel(instrument: String)
  /// The instrument's orders that are done ended so much earlier.
  case age(instrument: String, Int64)
  // Of the market.
  /// The lines that carry the instrument's books end.
  case cut(instrument: String)
  case change(instrument: String, InstrumentDeed)
  case market(instrument: String, MarketDeed)
  case maintenance(Maintenance)
  /// Whatever waits or lasts ends.
  case calm
}

/// Its fields are texts, as a request words them.
public struct ForeignOrder: Sendable, Equatable {
  public var instrument: String
  public var side: String
  public var type: String
  /// Empty for market orders.
  public var price: String
  public var size: String
  /// Empty: none.
  public var clientID: String
  public var isIsolated = false
}

extension Deed {
  /// As the script names it.
  public var name: String {
    switch self {
    case .drop: "drop"
    case .duplicate: "duplicate"
    case .delay: "delay"
    case .reorder: "reorder"
    case .loseReply: "lose-reply"
    case .loseRequest: "lose-request"
    case .refuse(_, let inEnvelope): inEnvelope ? "refuse-all" : "refuse"
    case .take(_, let inEnvelope): inEnvelope ? "take-all" : "take"
    case .disconnect: "disconnect"
    case .halfOpen: "half-open"
    case .notice: "notice"
    case .restLag: "rest-lag"
    case .restFail: "rest-fail"
    case .notFound: "not-found"
    case .liquidate: "liquidate"
    case .deleverage: "adl"
    case .funding: "funding"
    case .settle: "settle"
    case .transfer: "transfer"
    case .foreign: "foreign"
    case .foreignCancel: "foreign-cancel"
    case .age: "age"
    case .cut: "cut"
    case .change(_, let deed): deed.name
    case .market(_, let deed): deed.name
    case .maintenance: "maintenance"
    case .calm: "calm"
    }
  }

  /// What only a push, or only a request, can meet.
  var isOfPush: Bool {
    switch self {
    case .drop, .duplicate, .delay, .reorder: true
    default: false
    }
  }
  var isOfRequest: Bool {
    switch self {
    case .loseReply, .loseRequest, .refuse, .take: true
    default: false
    }
  }
}
