// Start-up against a real REST peer: what is taken, what is put on record, and an exchange that is busy or refuses.

import Account
import Channels
import Core
import Exchange
import Foundation
import Journal
import Logging
import Orders
import Pipeline
import Quantities
import Testing

/// The Sender's ends of the account's rings.
private final class SenderSide {
  let port: AccountPort
  private var queries: SlotProducer<OrderQuery>
  private var messages: ByteConsumer

  init() throws {
    let questions = SlotRing<OrderQuery>(capacity: 16)
    let answers = ByteRing(capacity: 1 << 16)
    port = AccountPort(
      queries: questions.makeConsumer(), messages: answers.makeProducer(), waker: try Waker())
    queries = questions.makeProducer()
    messages = answers.makeConsumer()
  }

  func ask(_ query: OrderQuery) {
    let isTaken = queries.push(query)
    #expect(isTaken)
  }

  func next() -> AccountMessage? {
    guard let bytes = unsafe messages.peek() else { return nil }
    let message = unsafe bytes.loadUnaligned(as: AccountMessage.self)
    messages.release()
    return message
  }

  func all() -> [AccountMessage] {
    var found: [AccountMessage] = []
    while let message = next() { found.append(message) }
    return found
  }
}

@Suite(.serialized) struct ReconcilerTests {
  /// Short pauses: what is tested is that there are some.
  private var patience: Patience {
    var patience = Patience()
    patience.first = .milliseconds(4)
    patience.longest = .milliseconds(20)
    return patience
  }

  /// Runs start-up to its end; false where it refused.
  private func startUp(
    _ exchange: BusyExchange, _ desk: TestDesk, _ sender: SenderSide, memory: JournalMemory,
    log: Logger = Logger(label: "test"),
    then body: () async throws -> Void = {}
  ) async throws -> Bool {
    var reconciler = Reconciler(
      rest: exchange.rest, instruments: exchange.table, port: sender.port, memory: memory,
      telemetry: desk.account, log: log)
    reconciler.patience = patience
    let ready = Counted()
    let ended = Counted()
    let task = Task { [reconciler] in
      await reconciler.run { ready.add() }
      ended.add()
    }
    #expect(try await eventually { ready.count == 1 || ended.count == 1 })
    if ready.count == 1 { try await body() }
    task.cancel()
    await task.value
    return ready.count == 1
  }

  /// The journal of an earlier start that had named its instruments.
  private func begun(_ desk: TestDesk) throws -> JournalMemory {
    for index in 0..<desk.table.count {
      let item = desk.table[InstrumentID(index: UInt16(index))]
      #expect(desk.door.record(.instrument, InstrumentRecord(item)))
    }
    return try read(desk)
  }

  private func read(_ desk: TestDesk) throws -> JournalMemory {
    _ = try desk.records()
    return try JournalMemory(folder: desk.folder + "/journal")
  }

  private func fills(_ desk: TestDesk) throws -> [Report] {
    try desk.records().filter { $0.kind == .report }
      .map { try #require(Report(payload: $0.payload)) }
  }

  @Test func withoutRESTNothingIsReconciled() async throws {
    let desk = try TestDesk()
    let sender = try SenderSide()
    let ready = Counted()
    let reconciler = Reconciler(
      rest: nil, instruments: desk.table, port: sender.port, memory: JournalMemory(),
      telemetry: desk.account, log: Logger(label: "test"))
    await reconciler.run { ready.add() }
    #expect(ready.count == 1 && sender.all().isEmpty)
  }

  @Test func positionsAndBalancesReachTheSenderAndTheRecord() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let sender = try SenderSide()
      try await exchange.buy("BTC-USDT-SWAP", "3.5", mode: "cross")
      #expect(try await startUp(exchange, desk, sender, memory: JournalMemory()))
      let swap = try exchange.id("BTC-USDT-SWAP")
      var positions: [InstrumentID: Int64] = [:]
      var cash: [CurrencyID: Amount] = [:]
      for message in sender.all() {
        switch message {
        case .position(let id, let quantity, let average):
          positions[id] = quantity.lots
          if id == swap { #expect(!average.isNone) }
        case .balance(let currency, let amount): cash[currency] = amount
        default: Issue.record("nothing was asked and no order worked")
        }
      }
      #expect(positions[swap] == 350)
      let name = try #require(Symbol("USDT"))
      let dollar = try #require(exchange.table.findCurrency(name))
      #expect(cash[dollar] != nil)
      let recorded = try desk.records().filter { $0.kind == .position }
        .map { try #require(PositionRecord(payload: $0.payload)) }
      let row = try #require(recorded.first { $0.instrument == swap })
      #expect(row.position.lots == 350 && row.before.lots == 0 && row.isReconciled)
      #expect(try desk.records().contains { $0.kind == .equity })
      #expect(try fills(desk).isEmpty, "an empty journal knows of no time to ask from")
    }
  }

  @Test func fillsThatNobodyHeardGoOnRecordOnce() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let sender = try SenderSide()
      let memory = try begun(desk)
      #expect(memory.fillsKnownUntil != nil)
      try await exchange.buy("ETH-USDT", "0.5", as: "77")
      #expect(try await startUp(exchange, desk, sender, memory: memory))
      let found = try fills(desk)
      #expect(found.map(\.lastQuantity.lots).reduce(0, +) == 5_000)
      #expect(found.allSatisfy { $0.kind == .fill && $0.isReconciled && $0.isTaker })
      #expect(found.allSatisfy { $0.clientOrder.rawValue == 77 && $0.side == .buy })

      // The next start has them on record: nothing is new, and its position is no surprise.
      let book = LogBook()
      #expect(
        try await startUp(
          exchange, desk, sender, memory: try read(desk), log: book.logger))
      #expect(try fills(desk).count == found.count)
      #expect(!book.lines(.warning).contains { $0.contains("not the one on record") })

      // A start that failed half-way has put them on record too, and tries again without a second copy.
      try await exchange.buy("ETH-USDT", "0.25", as: "78")
      try await exchange.say(.init(status: 503, count: 1, path: "/api/v5/account/positions"))
      #expect(try await startUp(exchange, desk, sender, memory: try read(desk)))
      let all = try fills(desk)
      #expect(all.map(\.lastQuantity.lots).reduce(0, +) == 7_500)
      #expect(Set(all.map(\.tradeID)).count == all.count)
    }
  }

  @Test func aPositionThatIsNotTheRecordsIsSaid() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      try await exchange.buy("BTC-USDT-SWAP", "1", mode: "cross")
      try await Task.sleep(for: .milliseconds(5))
      var memory = try begun(desk)
      // On record at a time after that fill, and further from it than start-up looks back.
      var fill = Report(
        kind: .fill, instrument: try exchange.id("BTC-USDT-SWAP"), side: .sell)
      fill.lastQuantity = Quantity(lots: 4)
      fill.exchangeTime = WallMilliseconds(
        milliseconds: WallMilliseconds.now().milliseconds + 120_000)
      memory.take(fill, try #require(Symbol("BTC-USDT-SWAP")))
      let book = LogBook()
      #expect(
        try await startUp(exchange, desk, SenderSide(), memory: memory, log: book.logger))
      #expect(book.lines(.warning).contains { $0.contains("not the one on record") })
      let rows = try desk.records().filter { $0.kind == .position }
        .compactMap { PositionRecord(payload: $0.payload) }
      let row = try #require(rows.first)
      #expect(row.before.lots == -4 && row.position.lots == 100)
    }
  }

  @Test func ownWorkingOrdersAreCancelledAndNobodyElses() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      try await exchange.rest("BTC-USDT", price: "100", as: "4242")
      try await exchange.rest("ETH-USDT", price: "10", as: "4243")
      try await exchange.rest("ETH-USDT", price: "11", as: "")
      #expect(try await exchange.working().count == 3)
      #expect(try await startUp(exchange, desk, SenderSide(), memory: JournalMemory()))
      #expect(
        try await exchange.working() == [.init(instId: "ETH-USDT", clOrdId: "")],
        "an order without an id of ours is a person's")
    }
  }

  /// 429, 502, 503 and 50011, and a front that hangs up: asked again, each pause on the log once with its cause.
  @Test func aBusyExchangeIsAskedAgain() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let limit = #"{"code":"50011","msg":"Too Many Requests","data":[]}"#
      let path = "/api/v5/account/config"
      try await exchange.say(
        .init(status: 503, count: 2, path: path), .init(status: 429, path: path),
        .init(status: 429, body: limit, path: path), .init(status: 200, body: limit, path: path),
        .init(status: 502, body: "<html>", path: path), .init(status: 0, path: path))
      let book = LogBook()
      #expect(
        try await startUp(
          exchange, desk, SenderSide(), memory: JournalMemory(), log: book.logger))
      let pauses = book.lines(.warning).filter { $0.contains("asking again") }
      #expect(pauses.count == 7)
      for (pause, cause) in zip(
        pauses, ["HTTP 503", "HTTP 503", "HTTP 429", "50011", "50011", "HTTP 502", "no reply"])
      {
        #expect(pause.contains(cause), "\(pause)")
      }
      #expect(try await exchange.asked()[path] == 8)
    }
  }

  /// A key that is no good brings the same answer however often it is asked.
  @Test(arguments: [
    (401, #"{"code":"50113","msg":"Invalid Sign","data":[]}"#, "50113"),
    (
      200, #"{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"long_short_mode"}]}"#, "net_mode"
    ),
    (403, "forbidden", "HTTP 403"),
  ])
  func aDefiniteRefusalEndsStartUp(status: Int, body: String, cause: String) async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let path = "/api/v5/account/config"
      try await exchange.say(.init(status: status, body: body, count: 1_000, path: path))
      let book = LogBook()
      #expect(
        try await !startUp(
          exchange, desk, SenderSide(), memory: JournalMemory(), log: book.logger))
      #expect(try await exchange.asked()[path] == 1)
      #expect(book.lines(.critical).contains { $0.contains(cause) })
    }
  }

  @Test func questionsAreAnswered() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let sender = try SenderSide()
      let coin = try exchange.id("ETH-USDT")
      func ask(_ number: UInt64) {
        sender.ask(
          OrderQuery(
            clientOrder: ClientOrderID(rawValue: number), exchangeOrder: .none, instrument: coin,
            askedAt: Instant(nanoseconds: Int64(number))))
      }
      func answer() async throws -> OrderAnswer {
        var found: OrderAnswer?
        _ = try await eventually {
          while found == nil, let message = sender.next() {
            if case .answer(let answer) = message { found = answer }
          }
          return found != nil
        }
        return try #require(found)
      }
      let isReady = try await startUp(exchange, desk, sender, memory: JournalMemory()) {
        try await exchange.rest("ETH-USDT", price: "10", as: "900")
        ask(900)
        let found = try await answer()
        #expect(found.kind == .found && found.update.state == .live)
        #expect(found.clientOrder.rawValue == 900 && found.askedAt.nanoseconds == 900)
        #expect(found.update.quantity.lots == 100)
        ask(901)
        #expect(try await answer().kind == .notFound)
        try await exchange.say(.init(status: 503, count: 1, path: "/api/v5/trade/order"))
        ask(900)
        #expect(try await answer().kind == .failed, "the Sender asks again")
        ask(900)
        #expect(try await answer().kind == .found)
      }
      #expect(isReady)
    }
  }
}
