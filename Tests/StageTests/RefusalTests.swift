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
    #expect(refusals.map(\.words.description) == ["Too Many Requests"])
  }
}
