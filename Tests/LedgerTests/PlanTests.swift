// Feed queries walk an index: held by SQLite's own plans at 20,000 records, not by times.
import Foundation
import Ledger
import Testing

@Suite struct PlanTests {
  @Test func everyKindOfFeedQueryWalksAnIndex() throws {
    let fixture = try LedgerFixture()
    let load = LedgerLoad(records: 20_000, versions: 1_000)
    try load.fill(fixture.ledger)
    var random = SplitMix(state: 3)
    for kind in LedgerLoad.Kind.allCases {
      let query = load.query(kind, &random)
      let plan = try fixture.ledger.plan(of: query)
      #expect(!plan.isEmpty, "\(kind)")
      for step in plan {
        // A temporary B-tree sorts what an index should have given in order.
        #expect(!step.contains("TEMP B-TREE"), "\(kind): \(step)")
        let isWalk =
          step.hasPrefix("SEARCH d USING") || step.contains("VIRTUAL TABLE INDEX")
        #expect(isWalk, "\(kind): \(step)")
      }
      let page = try fixture.ledger.feed(query)
      #expect(page.items.map(\.id) == page.items.map(\.id).sorted(by: >), "\(kind)")
      if [LedgerLoad.Kind.newest, .commonWord, .word, .uniqueWord, .trace, .page500, .rareAgent]
        .contains(kind)
      {
        #expect(!page.items.isEmpty, "\(kind)")
      }
      if [LedgerLoad.Kind.absentPair, .noWord].contains(kind) {
        #expect(page.items.isEmpty, "\(kind)")
      }
      if kind == .uniqueWord { #expect(page.items.count == 1) }
    }
  }
}
