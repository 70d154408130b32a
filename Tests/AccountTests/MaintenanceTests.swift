// What a desk does about the exchange's maintenance, minute by minute.
import Account
import Foundation
import Quantities
import Testing

@Suite struct MaintenanceTests {
  private let begin: Int64 = 1_796_000_000_000

  private func row(_ changes: [String: String] = [:]) -> String {
    var row = [
      "title": "Trading account system upgrade", "state": "scheduled", "begin": "\(begin)",
      "end": "\(begin + 3_600_000)", "serviceType": "5", "env": "1", "maintType": "1",
      "system": "unified", "preOpenBegin": "", "scheDesc": "", "href": "",
    ]
    row.merge(changes) { $1 }
    return "{" + row.map { "\"\($0)\":\"\($1)\"" }.sorted().joined(separator: ",") + "}"
  }

  private func body(_ rows: String...) -> Data {
    Data("{\"code\":\"0\",\"msg\":\"\",\"data\":[\(rows.joined(separator: ","))]}".utf8)
  }

  private func notices(_ rows: String..., of environment: MaintenanceNotices.Environment? = .live)
    -> MaintenanceNotices
  {
    var notices = MaintenanceNotices(environment: environment, leadMilliseconds: 300_000)
    for row in rows { notices.take(push: body(row)) }
    return notices
  }

  private func state(
    _ notices: MaintenanceNotices, _ offset: Int64, isListRead: Bool = false
  ) -> TradingState? {
    notices.hold(at: WallMilliseconds(milliseconds: begin + offset), isListRead: isListRead)?.state
  }

  @Test func reduceOnlyBeforeCancelledAtItsBeginningFreeAfterItsEnd() {
    var all = notices(row())
    #expect(state(all, -300_001) == nil && state(all, -300_000) == .reduceOnly)
    #expect(state(all, -10_001) == .reduceOnly && state(all, -10_000) == .cancelOnly)
    #expect(state(all, 60_000) == .cancelOnly, "late news of its beginning changes nothing")
    all.take(push: body(row(["state": "ongoing"])))
    #expect(state(all, 3_700_000) == .cancelOnly, "its end is an estimate")
    all.take(push: body(row(["state": "pre_open"])))
    #expect(state(all, 3_700_000) == .cancelOnly)
    all.take(push: body(row(["state": "completed"])))
    #expect(state(all, 3_700_000) == nil && all.notices.isEmpty)
  }

  /// Two windows may have one title: what was moved holds at both times until the list says which.
  @Test func twoWindowsOfOneTitleAreTwoAndTheListDecides() {
    let later = ["begin": "\(begin + 86_400_000)", "end": "\(begin + 90_000_000)"]
    var all = notices(row(), row(later))
    #expect(all.notices.count == 2 && state(all, 0) == .cancelOnly)
    all.take(push: body(row(["state": "completed"])))
    #expect(state(all, 0) == nil && state(all, 86_400_000) == .cancelOnly, "the other window stays")
    all = notices(row(), row(later))
    #expect(all.replace(body: body(row(later))) && all.notices.count == 1)
    all.take(push: body(row(later.merging(["state": "canceled"]) { $1 })))
    #expect(all.notices.isEmpty)
  }

  @Test(arguments: [
    ["env": "2"], ["serviceType": "6"], ["serviceType": "99"], ["begin": ""], ["begin": "soon"],
  ])
  func whatIsNotOursHoldsNothing(_ changes: [String: String]) {
    #expect(notices(row(changes)).notices.isEmpty)
  }

  @Test func everyServiceThatTradingNeedsHolds() {
    for service in ["0", "5", "8", "9"] {
      #expect(state(notices(row(["serviceType": service])), 0) == .cancelOnly)
    }
    #expect(state(notices(row(["env": "2"]), of: .demo), 0) == .cancelOnly)
    #expect(state(notices(row(["env": "7"]), of: nil), 0) == .cancelOnly)
  }

  @Test func theListIsTheWholeTruthAndWhatIsNotOneChangesNothing() {
    var all = notices(row(), row(["title": "another", "state": "ongoing"]))
    #expect(all.notices.count == 2)
    #expect(!all.replace(body: Data("<html>".utf8)) && all.notices.count == 2)
    #expect(all.replace(body: body(row(), "7", "null")) && all.notices.count == 1)
    #expect(all.replace(body: body()) && all.notices.isEmpty)
    all.take(push: Data("{".utf8))
    #expect(all.notices.isEmpty)
  }

  /// Nobody ended it, and nobody can be asked: a desk is not held for ever.
  @Test func whatNobodyEndedIsForgotten() {
    let all = notices(row(["state": "ongoing"]))
    #expect(state(all, 3_600_000 + 600_000) == .cancelOnly)
    #expect(state(all, 3_600_000 + 600_001) == nil)
    #expect(state(all, 3_600_000 + 600_001, isListRead: true) == .cancelOnly)
  }
}
