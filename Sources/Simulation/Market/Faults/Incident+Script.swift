// How the fault script writes incidents; simulation.

import Quantities

extension Incident {
  /// The words after `of`; nil where the first names no place, so that the line is of an instrument or connection.
  static func parse(moment: Substring, _ words: [Substring]) throws(FaultComplaint) -> Incident? {
    guard let first = words.first, let place = Place(rawValue: String(first)) else { return nil }
    let when: Moment
    if moment.hasSuffix("ms"), let time = Int64(moment.dropLast(2)), time >= 0 {
      when = .milliseconds(time)
    } else if place != .exchange, let count = Int(moment), count > 0 {
      when = .count(count)
    } else {
      throw FaultComplaint("'\(moment)' is no moment of \(place.rawValue): N, or Nms for a time")
    }
    let deed = try Deed(Array(words.dropFirst()))
    let isMet = if case .count = when { true } else { false }
    if (deed.isOfPush && !(place.isPush && isMet))
      || (deed.isOfRequest && !(place.isRequest && isMet))
    {
      throw FaultComplaint("'\(deed.name)' needs the Nth of what it befalls")
    }
    return Incident(when, of: place, deed)
  }
}

extension Deed {
  /// A name and its arguments.
  init(_ words: [Substring]) throws(FaultComplaint) {
    var arguments = Arguments(words)
    let name = arguments.text() ?? ""
    var found = try Deed.lasting(name, &arguments)
    if found == nil { found = try Deed.ofAccount(name, &arguments) }
    if found == nil { found = try Deed.ofMarket(name, &arguments) }
    guard let deed = found else {
      throw FaultComplaint("'\(name)' is nothing that can happen here")
    }
    if !arguments.isAtEnd { throw FaultComplaint("'\(name)' takes fewer words") }
    self = deed
  }

  private static func lasting(_ name: String, _ arguments: inout Arguments)
    throws(FaultComplaint) -> Deed?
  {
    switch name {
    case "drop": .drop
    case "duplicate": .duplicate
    case "delay": .delay(try arguments.number("milliseconds"))
    case "reorder": .reorder
    case "lose-reply": .loseReply
    case "lose-request": .loseRequest
    case "refuse", "refuse-all":
      .refuse(code: try arguments.code(), inEnvelope: name == "refuse-all")
    case "take", "take-all": .take(code: try arguments.code(), inEnvelope: name == "take-all")
    case "disconnect": .disconnect
    case "half-open": .halfOpen
    case "notice": .notice(lines: arguments.rest())
    case "rest-lag":
      .restLag(try arguments.number("milliseconds"), span: try arguments.number("span"))
    case "rest-fail":
      .restFail(
        code: try arguments.code(), span: try arguments.number("span"),
        path: arguments.text() ?? "")
    case "not-found": .notFound(span: try arguments.number("span"))
    case "calm": .calm
    default: nil
    }
  }

  private static func ofAccount(_ name: String, _ arguments: inout Arguments)
    throws(FaultComplaint) -> Deed?
  {
    switch name {
    case "liquidate", "adl":
      let instrument = try arguments.word("an instrument")
      var words = arguments.rest()
      let isSilent = words.last == "silent"
      if isSilent { words.removeLast() }
      if words.count > 1 { throw FaultComplaint("'\(name)' takes an instrument, a size, silent") }
      let size = words.first ?? ""
      return name == "adl"
        ? .deleverage(instrument: instrument, size: size, isSilent: isSilent)
        : .liquidate(instrument: instrument, size: size, isSilent: isSilent)
    case "funding":
      let instrument = try arguments.word("an instrument")
      let text = try arguments.word("a rate")
      guard let rate = DecimalNumber(text) else { throw FaultComplaint("'\(text)' is no rate") }
      return .funding(instrument: instrument, rate: rate)
    case "settle":
      return .settle(
        instrument: try arguments.word("an instrument"), price: arguments.text() ?? "")
    case "transfer", "deposit":
      let currency = try arguments.word("a currency")
      let text = try arguments.word("an amount")
      guard let amount = Amount(text), name == "transfer" || amount.units > 0 else {
        throw FaultComplaint("'\(text)' is no amount to \(name)")
      }
      return .transfer(currency: currency, amount)
    case "foreign", "foreign-isolated":
      let order = ForeignOrder(
        instrument: try arguments.word("an instrument"), side: try arguments.word("a side"),
        type: try arguments.word("a type"), price: try arguments.word("a price, or -"),
        size: try arguments.word("a size"), clientID: arguments.text() ?? "",
        isIsolated: name == "foreign-isolated")
      return .foreign(order)
    case "foreign-cancel":
      return .foreignCancel(instrument: try arguments.word("an instrument"))
    case "age":
      return .age(
        instrument: try arguments.word("an instrument"), try arguments.number("milliseconds"))
    default: return nil
    }
  }

  private static let ofInstruments: Set<String> = [
    "tick", "min-size", "lot", "market-max", "limit-max", "contract-value", "state", "expire",
    "delist", "rename", "cool-off", "trade-quotes",
  ]

  private static func ofMarket(_ name: String, _ arguments: inout Arguments)
    throws(FaultComplaint) -> Deed?
  {
    if name == "maintenance" {
      return .maintenance(
        Maintenance(
          lead: try arguments.number("milliseconds until it begins"),
          span: try arguments.number("milliseconds that it lasts"),
          preOpen: try arguments.optional("milliseconds") ?? 0))
    }
    if MarketDeed.names.contains(name) {
      let instrument = try arguments.word("an instrument")
      return try .market(instrument: instrument, MarketDeed(name, &arguments))
    }
    if name == "cut" { return .cut(instrument: try arguments.word("an instrument")) }
    if !ofInstruments.contains(name) { return nil }
    let instrument = try arguments.word("an instrument")
    return try InstrumentDeed.parse(name, &arguments).map { .change(instrument: instrument, $0) }
  }

  /// Words that are taken one by one.
  struct Arguments {
    private var words: ArraySlice<Substring>

    init(_ words: [Substring]) { self.words = words[...] }

    var isAtEnd: Bool { words.isEmpty }
    /// `-` is an empty text.
    mutating func text() -> String? { words.popFirst().map { $0 == "-" ? "" : String($0) } }
    mutating func rest() -> [String] {
      defer { words = [] }
      return words.map(String.init)
    }
    mutating func word(_ what: String) throws(FaultComplaint) -> String {
      guard let text = text() else { throw FaultComplaint("\(what) is missing") }
      return text
    }
    mutating func number(_ what: String) throws(FaultComplaint) -> Int64 {
      let text = try word(what)
      guard let number = Int64(text), number >= 0, number <= 1_000_000_000 else {
        throw FaultComplaint("'\(text)' is no number of \(what)")
      }
      return number
    }
    mutating func optional(_ what: String) throws(FaultComplaint) -> Int64? {
      isAtEnd ? nil : try number(what)
    }
    mutating func code() throws(FaultComplaint) -> Int { Int(try number("a code")) }
  }
}
