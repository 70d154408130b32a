// JSON lines of every kind of record, and payloads that no build wrote.

import Channels
import Foundation
import Journal
import Quantities
import Testing

private let at = Instant.now()
private let instrument = Instrument(
  id: InstrumentID(index: 0), symbol: Symbol("BTC-USDT")!, type: .spot,
  tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 5))
private let intent = Intent(
  number: IntentNumber(rawValue: 3), instrument: instrument.id, kind: .place, side: .sell,
  type: .postOnly, source: .manual, isBookValid: true, isReduceOnly: false,
  price: Price(ticks: 787_225), quantity: Quantity(lots: 4), targetIntent: .none,
  decision: .none,
  reference: DecisionReference(
    bid: Price(ticks: 787_220), ask: Price(ticks: 787_221), seqId: 5, receivedAt: at,
    exchangeTime: WallMilliseconds(milliseconds: 9)), madeAt: at)
private let verdict = Verdict(
  intent: intent.number, instrument: instrument.id, kind: .place, code: .priceCollar, limit: 50,
  figure: 51, decision: .none, judgedAt: at)

/// An order's life: instrument, intent, verdict, order, report.
private func writeOrder(_ writer: inout JournalWriter) throws {
  try writer.append(.instrument, InstrumentRecord(instrument), at: at)
  try writer.append(.intent, intent, at: at)
  try writer.append(.verdict, verdict, cause: Cause(.builder(1), 3), at: at)
  let id = try #require(ClientOrderID(start: 7, number: 12))
  let order = OrderRecord(
    intent, clientOrder: id, judgedAt: at, encodedAt: at,
    expiresAt: WallMilliseconds(milliseconds: 77), connection: 0, request: 12)
  try writer.append(.order, order, at: at)
  var report = Report(kind: .fill, instrument: instrument.id, side: .sell)
  report.lastPrice = intent.price
  report.feeUnits = -629_780
  report.feeDecimals = 8
  report.tradeID = UInt64(bitPattern: -744_876)
  try writer.append(.report, report, at: at)
}

/// What a desk records beside its orders: state, equity, signal, request, position, loss, text.
private func writeDesk(_ writer: inout JournalWriter) throws {
  let state = StateRecord(
    instrument: .none, source: .person, requested: .halted, inForce: .halted, before: .active,
    isFlattening: false, isRearm: false, changedAt: WallMilliseconds(milliseconds: 1), request: 4)
  try writer.append(.state, state, followedBy: "Ada: \"enough\"\n", at: at)
  let equity = EquityRecord(
    currency: try #require(Symbol("USDT")),
    cash: try #require(Amount("-123456789012345678901234567.25")),
    exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: true)
  #expect(
    EquityRecord(payload: unsafe withUnsafeBytes(of: equity) { unsafe [UInt8]($0) })?.cash
      == equity.cash)
  try writer.append(.equity, equity, at: at)
  try writer.append(.signal, SignalLease.absent, at: at)
  let request = RequestRecord(
    number: 4, kind: 2, answer: 0, user: 1_000, process: 5, instrument: .none,
    receivedAt: WallMilliseconds(milliseconds: 1), answeredAt: at)
  try writer.append(.request, request, followedBy: "raw", at: at)
  let position = PositionRecord(
    instrument: instrument.id, position: Quantity(lots: -4), before: .zero,
    exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: false)
  try writer.append(.position, position, at: at)
  try writer.append(.lost, LostRecord(stage: .feed(2), from: 1, to: 9), at: at)
  try writer.append(.configuration, text: "environment: simulated\n", at: at)
}

/// A refusal, and one of an operation that no build knows.
private func writeRefusals(_ writer: inout JournalWriter) throws {
  var words = ExchangeText()
  for byte in "Insufficient \"USDT\"".utf8 { _ = words.append(scalar: UInt32(byte)) }
  let refusal = RefusalRecord(
    .cancel, instrument: instrument.id, clientOrder: .none, exchangeOrder: .none, request: 9,
    exchangeCode: 51_008, subCode: 1_000, words: words)
  try writer.append(.refusal, refusal, at: at)
  var wrong = unsafe withUnsafeBytes(of: refusal) { unsafe [UInt8]($0) }
  let place = try #require(MemoryLayout<RefusalRecord>.offset(of: \.operation))
  wrong[place] = UInt8(RefusedOperation.allCases.count)
  #expect(RefusalRecord(payload: wrong) == nil)
}

/// Two books, a verdict and a book that no build wrote, and a trade.
private func writeMarket(_ writer: inout JournalWriter) throws {
  var market = MarketMessage()
  market.kind = .update
  market.instrument = instrument.id
  market.bidCount = 1
  market.byteCount = 80
  var entry = unsafe withUnsafeBytes(of: market) { unsafe [UInt8]($0) }
  let level = MarketLevel(price: Price(ticks: 787_220), quantity: Quantity(lots: 9))
  entry += unsafe withUnsafeBytes(of: level) { unsafe [UInt8]($0) }
  try writer.append(.market, bytes: entry + entry, at: at)
  // Bytes that no build wrote are shown, not believed.
  var wrong = unsafe withUnsafeBytes(of: verdict) { unsafe [UInt8]($0) }
  let place = try #require(MemoryLayout<Verdict>.offset(of: \.code))
  wrong[place] = UInt8(RefusalCode.allCases.count)
  #expect(Verdict(payload: wrong) == nil && Verdict(payload: Array(wrong.prefix(20))) == nil)
  try writer.append(.verdict, bytes: wrong, at: at)
  try writer.append(.market, bytes: Array(entry.prefix(70)), at: at)
  market.kind = .trade
  market.bidCount = 0
  market.byteCount = 104
  let body = TradeBody(
    price: Price(ticks: 10), quantity: Quantity(lots: 2), side: .sell, tradeID: 5, seqId: 1,
    count: 1, source: 0)
  var trade = unsafe withUnsafeBytes(of: market) { unsafe [UInt8]($0) }
  trade += unsafe withUnsafeBytes(of: body) { unsafe [UInt8]($0) }
  try writer.append(.market, bytes: trade, at: at)
}

private func lines(_ scratch: borrowing Scratch) throws -> [[String: Any]] {
  let reader = try Tail(scratch.trade)
  var text = JournalText()
  var lines: [[String: Any]] = []
  while let record = try reader.next() {
    var bytes: [UInt8] = []
    text.append(record, of: try #require(reader.header), to: &bytes)
    #expect(bytes.last == 0x0A && !bytes.dropLast().contains(0x0A))
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    lines.append(try #require(object as? [String: Any]))
  }
  return lines
}

@Test func aRefusalIsReadInTheExchangesWords() throws {
  let scratch = Scratch("refusals")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  try writer.append(.instrument, InstrumentRecord(instrument), at: at)
  try writeRefusals(&writer)
  let line = try #require(try lines(scratch).last)
  #expect(line["kind"] as? String == "refusal" && line["refused"] as? String == "cancel")
  #expect(line["exchange_text"] as? String == "Insufficient \"USDT\"")
  #expect(line["exchange_code"] as? Int == 51_008 && line["exchange_sub_code"] as? Int == 1_000)
  #expect(line["instrument"] as? String == "BTC-USDT" && line["request"] as? String == "9")
  try writer.close()
}

@Test func linesAreJSONAndCarryTheNames() throws {
  let scratch = Scratch("text")
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  try writeOrder(&writer)
  try writeDesk(&writer)
  try writeMarket(&writer)
  let lines = try lines(scratch)
  #expect(lines.count == 16)
  #expect(
    lines.allSatisfy { $0["start"] as? Int == 7 && $0["environment"] as? String == "simulated" })
  #expect(lines[1]["instrument"] as? String == "BTC-USDT")
  #expect(lines[1]["price"] as? String == "78722.5" && lines[1]["side"] as? String == "sell")
  #expect(
    lines[2]["code"] as? String == "priceCollar" && lines[2]["cause"] as? String == "builder1:3")
  #expect(lines[3]["cl_ord_id"] as? String == "\(7 << 39 | 12)")
  #expect(lines[4]["fee"] as? String == "-0.0062978")
  #expect(lines[4]["trade_id"] as? String == "-744876", "a liquidation's")
  #expect(
    lines[5]["text"] as? String == "Ada: \"enough\"\n"
      && lines[5]["in_force"] as? String == "halted")
  #expect(lines[6]["cash"] as? String == "-123456789012345678901234567.25")
  #expect(lines[9]["position"] as? Int == -4)
  let messages = try #require(lines[12]["messages"] as? [[String: Any]])
  #expect(messages.count == 2)
  #expect((messages[1]["bids"] as? [[String: Any]])?.first?["price"] as? String == "78722")
  let traded = try #require((lines[15]["messages"] as? [[String: Any]])?.first)
  #expect(traded["side"] as? String == "sell" && traded["price"] as? String == "1")
  #expect(lines[13]["hex"] != nil && lines[14]["hex"] != nil)
  try writer.close()
}
