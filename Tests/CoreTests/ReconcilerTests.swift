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
      changes: InstrumentMailbox(),
      telemetry: desk.account, log: log)
    reconciler.patience = patience
    let ready = Counted()
    let ended = Counted()
    sender.open()
    let task = Task { [reconciler] in
      await reconciler.run { ready.add() }
      ended.add()
    }
    #expect(
      try await eventually {
        sender.hear()
        return ready.count == 1 || ended.count == 1
      })
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

  @Test func withoutRESTNothingIsReconciled() async throws {
    let desk = try TestDesk()
    let sender = try SenderSide()
    let ready = Counted()
    let reconciler = Reconciler(
      rest: nil, instruments: desk.table, port: sender.port, memory: JournalMemory(),
      changes: InstrumentMailbox(),
      telemetry: desk.account, log: Logger(label: "test"))
    await reconciler.run { ready.add() }
    sender.hear()
    #expect(ready.count == 1 && sender.told.isEmpty)
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
      for message in sender.told {
        switch message {
        case .position(let id, let stated, let average):
          positions[id] = stated.lots
          if id == swap { #expect(!average.isNone && stated.tradeID != 0) }
        case .balance(let currency, let amount, _): cash[currency] = amount
        case .epochRead(let number): #expect(number == 1)
        case .cursor, .pendingRead: break
        default: Issue.record("nothing was asked and no order worked: \(message)")
        }
      }
      #expect(positions == [swap: 350], "spot has no position row")
      let name = try #require(Symbol("USDT"))
      let dollar = try #require(exchange.table.findCurrency(name))
      #expect(cash[dollar] != nil)
      #expect(try desk.records().contains { $0.kind == .equity })
      #expect(sender.fills.isEmpty, "an empty journal: what was filled before is not ours")
    }
  }

  @Test func fillsThatNobodyHeardAreToldOnce() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let memory = try begun(desk)
      #expect(memory.began != nil)
      try await exchange.buy("ETH-USDT", "0.5", as: "77")
      let first = try SenderSide()
      // A start that fails half-way asks again and tells nothing twice.
      try await exchange.say(
        .init(status: 503, count: 1, path: "/api/v5/account/positions"),
        .init(status: 503, count: 2, path: "/api/v5/trade/orders-pending"))
      #expect(try await startUp(exchange, desk, first, memory: memory))
      let found = first.fills
      #expect(found.map(\.lastQuantity.lots).reduce(0, +) == 5_000)
      #expect(found.allSatisfy { $0.kind == .fill && $0.isReconciled && $0.isTaker })
      #expect(found.allSatisfy { $0.side == .buy })
      #expect(Set(found.map(\.tradeID)).count == found.count)

      // The next start has them on record: nothing is new, and its position is the journal's.
      for fill in found { #expect(desk.account.record(.report, fill)) }
      let second = try SenderSide()
      let remembered = try read(desk)
      #expect(try await startUp(exchange, desk, second, memory: remembered))
      #expect(second.fills.isEmpty)
      let coin = try exchange.id("ETH-USDT")
      let recorded = second.told.compactMap { message -> Int64? in
        if case .recorded(coin, let quantity) = message { quantity.lots } else { nil }
      }
      #expect(recorded == [5_000])
    }
  }

  @Test func workingOrdersAreToldWhoeverPlacedThem() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let ours = try #require(ClientOrderID(start: 3, number: 9))
      try await exchange.rest("BTC-USDT", price: "100", as: "\(ours.rawValue)")
      try await exchange.rest("ETH-USDT", price: "11", as: "")
      #expect(try await exchange.working().count == 2)
      let sender = try SenderSide()
      #expect(try await startUp(exchange, desk, sender, memory: JournalMemory()))
      #expect(sender.working.map(\.clientOrder).contains(ours))
      #expect(sender.working.count == 2)
      #expect(sender.working.allSatisfy { $0.state == .live && $0.exchangeOrder != .none })
    }
  }

  @Test func whatTheSenderFoundIsSaid() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let sender = try SenderSide()
      let book = LogBook()
      let isReady = try await startUp(
        exchange, desk, sender, memory: JournalMemory(), log: book.logger
      ) {
        for kind in [AccountQuestion.Kind.difference, .repaired, .dust, .foreign] {
          var question = AccountQuestion(kind)
          question.instrument = try exchange.id("BTC-USDT-SWAP")
          question.counted = 4
          question.stated = 9
          sender.push(question)
        }
        #expect(
          try await eventually {
            let lines = book.lines(.warning) + book.lines(.notice)
            return ["not the one counted", "it is taken", "dust", "did not place"].allSatisfy {
              word in lines.contains { $0.contains(word) && $0.contains("BTC-USDT-SWAP") }
            }
          })
      }
      #expect(isReady)
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
      var heard = 0
      func answer() async throws -> OrderAnswer {
        var found: OrderAnswer?
        defer { heard += 1 }
        _ = try await eventually {
          sender.hear()
          let answers = sender.told.compactMap { message -> OrderAnswer? in
            if case .answer(let answer) = message { answer } else { nil }
          }
          if answers.count > heard { found = answers[heard] }
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
