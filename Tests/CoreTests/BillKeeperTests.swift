// Bills go on record once each: over rounds, restarts, full rings and rows that nobody understands.

import Account
import Channels
import Core
import Foundation
import Journal
import Logging
import Quantities
import Testing

@Suite(.serialized) struct BillKeeperTests {
  private let path = "/api/v5/account/bills"

  /// Bills of this minute: older than seven days they stand elsewhere.
  private let time = WallMilliseconds.now().milliseconds - 60_000

  private func row(_ id: Int, _ amount: String = "-0.5", balance: String = "100.5") -> String {
    """
    {"billId":"\(id)","type":"8","subType":"173","ccy":"USDT","balChg":"\(amount)","bal":"\(balance)",\
    "pnl":"\(amount)","fee":"0","sz":"3","instId":"BTC-USDT-SWAP","ordId":"","tradeId":"","ts":"\(time + Int64(id))"}
    """
  }

  private func page(_ rows: [String]) -> String {
    "{\"code\":\"0\",\"msg\":\"\",\"data\":[\(rows.joined(separator: ","))]}"
  }

  private func keeper(
    _ exchange: BusyExchange, _ desk: TestDesk, _ memory: JournalMemory = JournalMemory(),
    log: Logger = Logger(label: "test"), count: @escaping @Sendable (FaultCode) -> Void = { _ in }
  ) -> BillKeeper {
    var keeper = BillKeeper(
      reader: AccountReader(rest: exchange.rest, instruments: exchange.table), memory: memory,
      telemetry: desk.account, log: log, count: count)
    keeper.period = .milliseconds(5)
    return keeper
  }

  private func bills(_ desk: TestDesk) throws -> [BillRecord] {
    try desk.records().filter { $0.kind == .bill }.compactMap { BillRecord(payload: $0.payload) }
  }

  private func asked(_ exchange: BusyExchange) async throws -> Int {
    try await exchange.asked()[path] ?? 0
  }

  /// Runs one until `isDone`.
  private func run(_ keeper: BillKeeper, until isDone: () async throws -> Bool) async throws {
    let task = Task { await keeper.run() }
    #expect(try await eventually { try await isDone() })
    task.cancel()
    await task.value
  }

  @Test func eachBillIsOnRecordOnceAcrossRestarts() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      try await exchange.say(
        .init(status: 200, body: page([row(3), row(2), row(1)]), path: path),
        .init(
          status: 200, body: page([row(5, "0.25"), row(4), row(3), row(2), row(1)]), count: 1_000,
          path: path))
      try await run(keeper(exchange, desk)) {
        try await asked(exchange) >= 4 && bills(desk).count >= 5
      }
      let first = try bills(desk)
      #expect(first.map(\.bill) == [1, 2, 3, 4, 5])
      #expect(first.map(\.meaning) == Array(repeating: .funding, count: 5))
      #expect(first[4].profit.description == "0.25" && first[4].balance.description == "100.5")
      #expect(first[4].instrument.description == "BTC-USDT-SWAP")

      let memory = try JournalMemory(folder: desk.folder + "/journal")
      let before = try await asked(exchange)
      try await run(keeper(exchange, desk, memory)) { try await asked(exchange) >= before + 2 }
      #expect(try bills(desk).count == 5, "the earlier start has them")
    }
  }

  /// The exchange shows one later than one with a higher id: it goes on record all the same, and once.
  @Test func aBillThatShowsLateIsOnRecord() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      try await exchange.say(
        .init(status: 200, body: page([row(9), row(3)]), path: path),
        .init(status: 200, body: page([row(9), row(7), row(3)]), count: 3, path: path),
        .init(
          status: 200, body: page([row(9), row(7), row(5), row(3)]), count: 1_000, path: path))
      try await run(keeper(exchange, desk)) { try await asked(exchange) >= 3 }
      #expect(try bills(desk).map(\.bill) == [3, 9, 7])
      // After a restart too.
      let memory = try JournalMemory(folder: desk.folder + "/journal")
      let before = try await asked(exchange)
      try await run(keeper(exchange, desk, memory)) { try await asked(exchange) >= before + 4 }
      #expect(try bills(desk).map(\.bill) == [3, 9, 7, 5])
    }
  }

  @Test func aBalanceThatDoesNotGoOnIsNamedOnce() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let (book, faults) = (LogBook(), Counted())
      let rows = [
        row(4, "1", balance: "99.5"), row(3, "0.25", balance: "98.5"), row(1, balance: "100.5"),
      ]
      try await exchange.say(.init(status: 200, body: page(rows), count: 1_000, path: path))
      let keeper = keeper(exchange, desk, log: book.logger) { fault in
        if fault == .balanceGap { faults.add() }
      }
      try await run(keeper) { try await asked(exchange) >= 6 }
      let named = book.lines(.warning)
      #expect(named.count == 1 && faults.count == 1)
      #expect(
        ["currency\": USDT", "bill\": 3", "before\": 1", "counted\": 100.75", "stated\": 98.5"]
          .allSatisfy { named.first?.contains($0) == true }, "\(named)")
    }
  }

  @Test func aFullRingWaitsAndLosesNothing() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      // More than the ring holds.
      let ids = Array((1...600).reversed())
      for start in stride(from: 0, to: 600, by: 100) {
        try await exchange.say(
          .init(status: 200, body: page(ids[start..<start + 100].map { row($0) }), path: path))
      }
      try await exchange.say(.init(status: 200, body: page([]), count: 1_000, path: path))
      let task = Task { [keeper = keeper(exchange, desk)] in await keeper.run() }
      #expect(try await eventually { try await asked(exchange) >= 7 })
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await eventually { try bills(desk).count >= 600 })
      #expect(try bills(desk).map(\.bill) == Array(1...600))
      task.cancel()
      await task.value
    }
  }

  @Test func whatIsNotUnderstoodIsToldOnce() async throws {
    try await BusyExchange.run { exchange in
      let desk = try TestDesk(table: exchange.table)
      let book = LogBook()
      try await exchange.say(
        .init(
          status: 404, body: #"{"code":"404","msg":"Not found","data":[]}"#, count: 2, path: path),
        .init(status: 200, body: page([row(2, "?"), row(1)]), count: 1_000, path: path))
      try await run(keeper(exchange, desk, log: book.logger)) { try await asked(exchange) >= 5 }
      #expect(try bills(desk).map(\.bill) == [1])
      #expect(book.lines(.warning).filter { $0.contains("not understood") }.count == 1)
      #expect(book.lines(.notice).filter { $0.contains("cannot be read") }.count == 1)
      #expect(book.lines(.notice).filter { $0.contains("read again") }.count == 1)
    }
  }
}
