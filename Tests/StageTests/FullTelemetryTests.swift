// Telemetry without room: what nobody could read of is not done, and what lowers risk is done all the same.

import Journal
import Pipeline
import Quantities
import Risk
import StageBench
import Testing

@Suite struct FullTelemetry {
  /// The Builder's trade telemetry: an intent that nobody can read of is not made.
  @Test func builderTelemetryFull() throws {
    var desk = try Desk { $0.telemetryBytes = 8 << 10 }
    let bench = desk.bench
    bench.collect()
    desk.tick(100)
    bench.settle(.builder)
    let made = Int(bench.builder.intents)
    #expect(made > 0 && made < 100)
    #expect(bench.builder.intentsWithoutRoom > 0)
    bench.collect()
    #expect(bench.collected(.intent, of: .builder()).count == made)
    desk.tick()
    bench.settle(.builder)
    #expect(Int(bench.builder.intents) == made + 1)
  }

  /// The Gate's: intents stay in their ring, none is judged without its record.
  @Test func gateTelemetryFull() throws {
    var desk = try Desk { $0.telemetryBytes = 8 << 10 }
    let bench = desk.bench
    bench.collect()
    var judged = 0
    for _ in 0..<12 {
      desk.tick(10)
      bench.settle([.builder, .gate, .sender])
      bench.serve()
      // Everyone's ring but the Gate's is emptied.
      bench.collect(except: .gate)
    }
    judged = desk.requests("order")
    #expect(judged > 0 && judged < 120)
    bench.collect()
    #expect(bench.collected(.verdict, of: .gate).count == judged)
    for _ in 0..<8 {
      bench.run()
      bench.collect()
    }
    let verdicts = bench.collected(.verdict, of: .gate).compactMap { $0.read(Verdict.self) }
    #expect(verdicts.count == Int(bench.builder.intents), "none of them was lost")
    #expect(Set(verdicts.map(\.intent.rawValue)).count == verdicts.count)
  }

  /// The order record without room: the order does not go out and ends with JOURNAL_FULL. Where the ring ends
  /// within a report instead, the next order waits for the report.
  @Test func orderRecordWithoutRoom() throws {
    var refused: UInt64 = 0
    for lines in 0..<6 {
      var desk = try Desk { $0.telemetryBytes = 8 << 10 }
      let bench = desk.bench
      bench.collect()
      // Each change of the clock is a record of one line: the ring ends at another place.
      for _ in 0..<lines {
        bench.shift(wall: 1_000_000)
        bench.step(.sender)
      }
      for _ in 0..<6 {
        desk.tick(10)
        bench.settle([.builder, .gate])
        bench.settle(.sender)
        bench.collect(except: .sender)
      }
      bench.serve()
      let sent = desk.requests("order")
      #expect(sent > 0 && sent < 60, "no room, no order")
      bench.collect()
      #expect(bench.collected(.order, of: .sender).count == sent, "what left is on record")
      for _ in 0..<8 {
        bench.run()
        bench.collect()
      }
      #expect(bench.collected(.order, of: .sender).count == desk.requests("order"))
      #expect(bench.openOrders.count == bench.workingCount)
      refused += bench.heard(.journalFull)
    }
    #expect(refused > 0, "in some of them the ring ended where an order's record would begin")
  }

  /// A stop needs no record: with the Sender's telemetry full it still cancels.
  @Test func senderTelemetryFullStillCancels() throws {
    var desk = try Desk { $0.telemetryBytes = 8 << 10 }
    let bench = desk.bench
    bench.collect()
    for _ in 0..<60 {
      desk.tick(1)
      bench.settle([.builder, .gate, .sender])
      bench.serve()
      bench.account?.deliver()
      bench.collect(except: .sender)
    }
    #expect(bench.orders.sent < bench.builder.intents, "the Sender's ring is full")
    #expect(!bench.openOrders.isEmpty)
    bench.stops.request(.cancelOnly, by: .person, for: .none)
    for _ in 0..<20 {
      bench.step(.sender)
      bench.serve()
    }
    #expect(bench.openOrders.isEmpty)
  }

  /// The market stream may lose; it says so, and trading goes on.
  @Test func marketTelemetryFull() throws {
    var desk = try Desk { $0.marketTelemetryBytes = 8 << 10 }
    let bench = desk.bench
    bench.collect()
    desk.rest(100)
    #expect(desk.requests("order") == 100)
    bench.collect()
    bench.advance(by: 60_000_000)
    bench.settle(.builder)
    bench.collect()
    let lost = bench.collected(.lost, of: .builder(1)).compactMap { $0.read(LostRecord.self) }
    #expect(lost.count == 1)
    let market = bench.collected(.market, of: .builder(1)).map(\.header.number)
    #expect(lost[0].from > 0 && market.allSatisfy { $0 < lost[0].from || $0 > lost[0].to })
  }
}
