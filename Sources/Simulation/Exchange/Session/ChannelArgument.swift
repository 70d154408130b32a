// What a subscription names; simulation.

import ExchangeCalendar
import Market

/// The channels that the simulated exchange serves, each on its own endpoint.
enum ChannelName: String, Sendable, CaseIterable {
  case books
  case books5
  case bboTbt = "bbo-tbt"
  case booksL2Tbt = "books-l2-tbt"
  case books50L2Tbt = "books50-l2-tbt"
  case booksELP = "books-elp"
  case booksRPI = "books-rpi"
  case trades
  case tickers
  /// `candle1s`, `candle1m` …: the interval stands beside it.
  case candle
  case fundingRate = "funding-rate"
  case markPrice = "mark-price"
  case indexTickers = "index-tickers"
  case openInterest = "open-interest"
  case priceLimit = "price-limit"
  case liquidationOrders = "liquidation-orders"
  case adlWarning = "adl-warning"
  case status
  case instruments
  case orders
  case fills
  case account
  case positions
  case balanceAndPosition = "balance_and_position"
  case ordersAlgo = "orders-algo"
  case algoAdvance = "algo-advance"

  var endpoint: Endpoint {
    switch self {
    case .orders, .fills, .account, .positions, .balanceAndPosition: .private
    case .candle, .ordersAlgo, .algoAdvance: .business
    default: .public
    }
  }

  /// What the market publishes under this name; nil for other channels.
  var published: PublicChannel? { PublicChannel(rawValue: rawValue) }

  /// Wants a login.
  var isPrivate: Bool { endpoint == .private || isOfAlgos }
  var isOfAlgos: Bool { self == .ordersAlgo || self == .algoAdvance }

  /// Named by `instId`, not by `instType`.
  var isOfInstrument: Bool {
    switch self {
    case .orders, .fills, .account, .positions, .instruments, .liquidationOrders, .adlWarning,
      .status, .balanceAndPosition, .ordersAlgo, .algoAdvance:
      false
    default: true
    }
  }

  /// OKX counts these connections: `channel-conn-count`.
  var isCounted: Bool {
    self == .orders || self == .account || self == .positions || self == .balanceAndPosition
  }
}

/// One element of a subscription's `args`.
struct ChannelArgument: Hashable, Sendable {
  var channel: ChannelName
  /// Of a candle channel; nil for all others.
  var interval: CandleInterval?
  var instrument: String
  var instrumentType: String
  var family: String
  /// As the client wrote it: acknowledgements and pushes carry it back.
  var rendered: String
  /// Only event pushes: `"extraParams":"{\"updateInterval\":\"0\"}"`.
  var isEventsOnly: Bool

  static func == (a: ChannelArgument, b: ChannelArgument) -> Bool {
    a.channel == b.channel && a.interval == b.interval && a.instrument == b.instrument
      && a.instrumentType == b.instrumentType && a.family == b.family
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(channel)
    hasher.combine(interval)
    hasher.combine(instrument)
    hasher.combine(instrumentType)
    hasher.combine(family)
  }
}

extension ChannelArgument {
  /// An error code and message instead, as OKX answers.
  enum Parsed {
    case argument(ChannelArgument)
    case refused(code: String, message: String)
  }

  private static let types = ["ANY", "SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"]

  static func parse(_ value: ParsedJSON, on endpoint: Endpoint) -> Parsed {
    guard case .object(let members) = value, let name = value.text("channel"),
      let instrument = value.text("instId"), let type = value.text("instType"),
      let family = value.text("instFamily"), let extra = value.text("extraParams")
    else { return .refused(code: "60013", message: "Invalid args") }
    if name.isEmpty { return .refused(code: "60027", message: "Parameter channel is empty") }
    let doesNotExist = Parsed.refused(
      code: "60018",
      message: "Wrong URL or channel:\(name),instId:\(instrument) doesn't exist. "
        + "Please use the correct URL, channel and parameters referring to API document.")
    let interval = CandleInterval(channel: name)
    let named = interval == nil ? ChannelName(rawValue: name) : .candle
    guard let channel = named, (channel == .candle) == (interval != nil) else {
      return doesNotExist
    }
    if channel.endpoint != endpoint { return refusal(of: channel, on: endpoint) ?? doesNotExist }
    if channel.isOfInstrument && instrument.isEmpty { return doesNotExist }
    switch channel {
    case .orders, .positions, .instruments, .liquidationOrders, .adlWarning, .ordersAlgo,
      .algoAdvance:
      if !types.contains(type)
        || (type == "ANY" && (channel == .instruments || channel == .adlWarning))
      {
        return doesNotExist
      }
      if (channel == .liquidationOrders || channel == .adlWarning) && type == "SPOT" {
        return doesNotExist
      }
    default: break
    }
    var isEventsOnly = false
    if !extra.isEmpty {
      guard let parameters = try? JSONParser.parse(Array(extra.utf8)) else {
        return .refused(code: "60013", message: "Invalid args")
      }
      isEventsOnly = parameters.text("updateInterval") == "0"
    }
    return .argument(
      ChannelArgument(
        channel: channel, interval: interval, instrument: instrument, instrumentType: type,
        family: family,
        rendered: ParsedJSON.object(members.filter { $0.name != "extraParams" }).rendered,
        isEventsOnly: isEventsOnly))
  }

  /// OKX names the URL that a moved channel is on (docs/OKX.md OKX-036); nil where it says 60018.
  private static func refusal(of channel: ChannelName, on endpoint: Endpoint) -> Parsed? {
    if channel.endpoint == .business {
      return .refused(
        code: "64001",
        message: "This channel has been migrated to the '/business' URL. "
          + "Please subscribe using the corresponding URL.")
    }
    if endpoint != .business { return nil }
    return .refused(
      code: "64002",
      message: "This channel is not supported by '/business' URL. "
        + "Please use '/private' URL(for private channels), or '/public' URL(for public channels).")
  }

  /// The same channel of an instrument that has another name by now.
  func naming(_ instrument: String) -> ChannelArgument {
    var argument = self
    argument.instrument = instrument
    argument.rendered = "{\"channel\":\"\(channel.rawValue)\",\"instId\":\(quoted(instrument))}"
    return argument
  }

  /// Whether the channel is there under the rules in force.
  func isOffered(under rules: RulesInForce) -> Bool {
    switch channel {
    case .booksELP: !rules.has(.oldNamesEnd)
    case .booksRPI: rules.has(.retailNames)
    default: true
    }
  }

  /// Whether an `orders` or `positions` subscription covers an instrument.
  func covers(instrument id: String, type: String, family other: String) -> Bool {
    (instrumentType.isEmpty || instrumentType == "ANY" || instrumentType == type)
      && (instrument.isEmpty || instrument == id) && (family.isEmpty || family == other)
  }
}
