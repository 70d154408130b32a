// What the exchange says when it refuses is on record beside the report.

import Journal
import Quantities
import StageBench
import Testing

@Suite struct RefusalTests {
  @Test func aRefusedOrderKeepsItsWords() throws {
    var desk = try Desk()
    desk.bench.venue.refusals = ["51008", "51000"]
    desk.rest(2)
    desk.bench.collect()
    let said = desk.bench.collected(.refusal, of: .sender)
    let refusals = said.compactMap { $0.read(RefusalRecord.self) }
    let reports = desk.bench.reports(.rejected)
    #expect(refusals.map(\.exchangeCode) == [51008, 51000] && reports.count == 2)
    #expect(refusals.map(\.clientOrder) == reports.map(\.clientOrder))
    #expect(refusals.allSatisfy { $0.operation == .order && $0.request > 0 })
    #expect(refusals.allSatisfy { $0.instrument == InstrumentID(index: 0) })
    #expect(refusals.map(\.words.description) == ["as the test wants", "as the test wants"])
    // The words come first: whoever reads the report has them.
    let rejected = desk.bench.collected(.report, of: .sender)
      .filter { $0.read(Report.self)?.kind == .rejected }
    #expect(zip(said, rejected).allSatisfy { $0.header.number < $1.header.number })
  }

  /// What could not be read is on record with its instrument and the figure to blame, and no more of it than a trickle.
  @Test func anUnreadableItemIsToldWithItsValue() throws {
    let desk = try Desk()
    let bench = desk.bench
    for _ in 0..<200 {
      bench.account?.say(
        #"{"arg":{"channel":"orders","instType":"ANY"},"data":[{"instId":"AAA-USDT","instType":"SPOT","ordId":"1","clOrdId":"","state":"live","side":"buy","ordType":"limit","px":"1","sz":"1e400","accFillSz":"0","uTime":"1"}]}"#
      )
    }
    bench.run()
    bench.collect()
    let items = bench.collected(.refusal, of: .sender).compactMap { $0.read(RefusalRecord.self) }
    #expect(items.count > 0 && items.count <= 16)
    #expect(items.allSatisfy { $0.operation == .item && $0.instrument == InstrumentID(index: 0) })
    #expect(items.allSatisfy { $0.words.description == "1e400" && $0.fault != .none })
    let fault = try #require(items.first?.fault)
    #expect(bench.faults(fault) >= 200)
    #expect(bench.state.faultDetail(fault)?.instrument == InstrumentID(index: 0))
  }

  @Test func aRefusedLoginNamesCodeAndText() throws {
    let bench = try StageBench()
    bench.connectMarket()
    bench.connectAccount()
    bench.account?.say(
      #"{"event":"error","code":"60006","msg":"Timestamp request expired","connId":"a"}"#)
    bench.run()
    bench.collect()
    let refusals = bench.collected(.refusal, of: .sender)
      .compactMap { $0.read(RefusalRecord.self) }
    #expect(refusals.first?.operation == .login && refusals.first?.exchangeCode == 60_006)
    #expect(refusals.first?.words.description == "Timestamp request expired")
    #expect(bench.state.faultDetail(.loginRefused)?.code == 60_006)
  }

  @Test func anErrorEventNamesItsRequest() throws {
    var desk = try Desk()
    desk.rest(1)
    desk.bench.account?.say(
      #"{"event":"error","code":"50011","msg":"Too Many Requests","id":"1","connId":"a"}"#)
    desk.bench.run()
    desk.bench.collect()
    let refusals = desk.bench.collected(.refusal, of: .sender)
      .compactMap { $0.read(RefusalRecord.self) }
    #expect(refusals.map(\.operation) == [.request] && refusals.map(\.request) == [1])
    let sent = desk.bench.reports(.sent).map(\.clientOrder)
    #expect(refusals.map(\.clientOrder) == sent && refusals.first?.instrument == .init(index: 0))
    #expect(refusals.map(\.words.description) == ["Too Many Requests"])
  }
}
