// Every ring full, one test each: being full is a result, and which one is promised.

import Journal
import Market
import Pipeline
import Quantities
import Risk
import StageBench
import Testing

@Suite struct FullRings {
  /// Bytes stay where they are for 50 ms; then the instrument is invalid and fetched anew.
  @Test func marketFull() throws {
    var desk = try Desk {
      $0.capacities.marketBytes = 256 << 10
      $0.strategy = .silent
    }
    let bench = desk.bench
    let levels = (0..<100).map { (900 - Int64($0), Int64(7)) }
    for _ in 0..<400 { bench.update(&desk.book, bids: levels) }
    bench.market?.deliver()
    bench.settle(.feed)
    #expect(bench.feed.stalls > 0, "the ring is full")
    let taken = bench.feed.messages
    for _ in 0..<49 {
      bench.advance(by: 1_000_000)
      bench.step(.feed)
    }
    #expect(bench.feed.messages == taken, "unread, and not lost")
    #expect(bench.feed.dropped == 0)
    #expect(desk.requests("subscribe") == 2, "one of each session, and none since")
    for _ in 0..<4 {
      bench.advance(by: 1_000_000)
      bench.step(.feed)
    }
    #expect(bench.feed.dropped > 0)
    #expect(bench.faults(.ringFull) > 0)
    bench.settle(.builder)
    bench.advance(by: 1_000_000)
    bench.settle([.feed, .builder])
    #expect(!bench.isBookValid(), "nobody reads a book with a hole")
    bench.run()
    #expect(bench.isBookValid(), "it came anew")
    #expect(desk.requests("subscribe") == 3)
    #expect(bench.bestBid() == bench.venue.engine.books[0].bestBid?.price.ticks)
  }

  /// Less room than one decision may need: no intent, and none on record.
  @Test func intentsFull() throws {
    var desk = try Desk { $0.capacities.intents = 16 }
    let bench = desk.bench
    desk.tick(40)
    bench.settle(.builder)
    let made = bench.builder.intents
    #expect(made > 0 && made <= 16)
    #expect(bench.builder.intentsWithoutRoom == 40 - made)
    bench.collect()
    #expect(UInt64(bench.collected(.intent, of: .builder()).count) == made)
    bench.run()
    #expect(desk.requests("order") == Int(made), "what was made went out, nothing else did")
    desk.rest(3)
    #expect(desk.requests("order") == Int(made) + 3, "and then it goes on")
  }

  /// The gate refuses with QUEUE_FULL, says so to the Builder, and counts no exposure.
  @Test func approvedFull() throws {
    var desk = try Desk {
      $0.capacities.approved = 4
      $0.limits.openOrdersMaximum = 8
    }
    let bench = desk.bench
    desk.tick(8)
    bench.settle(.builder)
    bench.settle(.gate)
    #expect(bench.refusals(.queueFull) == 4)
    bench.run()
    #expect(bench.heard(.queueFull) == 4)
    #expect(bench.openOrders.count == 4)
    // Exposure of the refused four would leave no room for four more.
    desk.rest(4)
    #expect(bench.openOrders.count == 8)
    #expect(bench.refusals(.openOrders) == 0)
  }

  /// Intents stay where they are until the Builder has taken verdicts; none is lost or judged twice.
  @Test func verdictsFull() throws {
    var desk = try Desk { $0.capacities.verdicts = 4 }
    let bench = desk.bench
    desk.tick(12)
    bench.settle(.builder)
    #expect(bench.builder.intents == 12)
    bench.settle(.gate)
    bench.settle(.sender)
    bench.serve()
    #expect(desk.requests("order") == 4)
    bench.run()
    #expect(desk.requests("order") == 12)
    bench.collect()
    let judged = bench.collected(.verdict, of: .gate).compactMap { $0.read(Verdict.self)?.intent }
    #expect(judged.count == 12)
    #expect(Set(judged.map(\.rawValue)).count == 12)
  }

  /// A report goes to Gate and Builder or to neither, and nothing is lost meanwhile.
  @Test(arguments: [StageList.gate, .builder])
  func reportsFull(_ wedged: StageList) throws {
    var desk = try Desk {
      $0.capacities.reportsToGate = 4
      $0.capacities.reportsToBuilder = 4
    }
    let bench = desk.bench
    desk.rest(6)
    let others = StageList.all.subtracting(wedged)
    #expect(bench.openOrders.count == 6)
    // Fills that nobody behind the ring takes.
    bench.update(&desk.book, asks: [(1_000, 50)])
    bench.run(others)
    #expect(bench.venuePosition() == 6)
    #expect(bench.position() < 6, "positions are as new as the reports published")
    bench.run()
    #expect(bench.position() == 6)
    #expect(bench.builderPosition() == 6)
  }

  /// With no room for what a message may bring the Sender reads no more, but still cancels.
  @Test func reportsFullSenderReadsNoMoreButCancels() throws {
    var desk = try Desk {
      $0.capacities.reportsToGate = 4
      $0.telemetryBytes = 8 << 20
      $0.catalogue = BenchOptions.pairs(1, minimumLots: 10_000)
    }
    let bench = desk.bench
    desk.rest(3)
    bench.control.setMuted(true)
    // One lot at a time: each fill is a message and a report, and no report finds room.
    let others: StageList = [.feed, .builder, .sender]
    var fills = 0
    while fills < 6_000 {
      bench.update(&desk.book, asks: [(1_000, 1)])
      bench.update(&desk.book, asks: [(1_000, 0)])
      fills += 1
      if fills.isMultiple(of: 100) { bench.run(others) }
    }
    bench.run(others)
    let read = bench.sender.messages
    #expect(bench.venuePosition() == 6_000)
    #expect(bench.orders.fills < 6_000, "it stopped reading")
    bench.stops.request(.cancelOnly, by: .person, for: .none)
    bench.step(.sender)
    bench.serve()
    #expect(desk.requests("cancel-order") == 3)
    #expect(bench.openOrders.isEmpty)
    bench.run()
    #expect(bench.sender.messages > read, "and reads on once there is room")
    #expect(bench.workingCount == 0)
    #expect(bench.position() == 6_000)
  }

  /// More books broke than requests fit: each is asked for in its turn, none stays broken.
  @Test func resyncFull() throws {
    var options = BenchOptions()
    options.catalogue = BenchOptions.pairs(6)
    options.capacities.resyncs = 2
    let bench = try StageBench(options)
    bench.open()
    var books = (0..<6).map { BenchBook(instrument: $0) }
    for index in books.indices {
      bench.snapshot(&books[index], bids: [(1_000, 5)], asks: [(1_001, 5)])
    }
    bench.run()
    #expect((0..<6).allSatisfy { bench.isBookValid($0) })
    // A checksum that does not hold is seen where the book is, not at the source.
    for index in books.indices {
      bench.update(&books[index], bids: [(999, 4)], checksum: 12_345)
    }
    bench.market?.deliver()
    bench.settle(.feed)
    bench.settle(.builder)
    #expect((0..<6).allSatisfy { !bench.isBookValid($0) })
    #expect(bench.builder.resyncRingFull > 0)
    for _ in 0..<20 {
      bench.advance(by: 60_000_000)
      bench.run()
    }
    #expect((0..<6).allSatisfy { bench.isBookValid($0) })
  }

}
