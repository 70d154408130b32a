// What the exchange announces of its maintenance, and what that leaves a desk to do; pure, control plane.

import Foundation
import Quantities

/// Notices of `system/status` and of the channel `status` (docs/OKX.md OKX-086).
public struct MaintenanceNotices: Sendable {
  /// Whose notices count: those of the other environment are not this desk's.
  public enum Environment: String, Sendable {
    case live = "1"
    case demo = "2"
  }

  public struct Notice: Hashable, Sendable {
    public var title: String
    public var service: String
    public var state: String
    public var begin: WallMilliseconds
    public var end: WallMilliseconds
  }

  /// What is held, and why; nil: nothing of it concerns the desk now.
  public struct Hold: Equatable, Sendable {
    public var state: TradingState
    public var words: String
  }

  /// Nil: a simulated exchange, whose every notice counts.
  private let environment: Environment?
  private let leadMilliseconds: Int64
  public private(set) var notices: [Notice] = []

  /// WebSocket, trading, trading by accounts, trading by products.
  static let services: Set<String> = ["0", "5", "8", "9"]
  static let openStates: Set<String> = ["scheduled", "ongoing", "pre_open"]
  /// Orders are cancelled while that still works.
  public static let cancelLeadMilliseconds: Int64 = 10_000
  /// Where the list cannot be read, a notice that nobody ended holds nothing so long after the end it named.
  static let forgottenMilliseconds: Int64 = 600_000

  public init(environment: Environment?, leadMilliseconds: Int64) {
    self.environment = environment
    self.leadMilliseconds = leadMilliseconds
  }

  private struct Envelope: Decodable { var data: [StatedRow] }

  /// The whole list of what is scheduled or goes on, as REST gives it. False: it is not understood, and what was known
  /// stays.
  public mutating func replace(body: Data) -> Bool {
    guard let rows = try? JSONDecoder().decode(Envelope.self, from: body).data else { return false }
    notices = rows.compactMap(notice)
    return true
  }

  /// A push: one notice changed. Two windows of one title are two notices; a window that was moved is the old one and
  /// the new one until the list is read, which is why a push wants it read.
  public mutating func take(push: Data) {
    guard let rows = try? JSONDecoder().decode(Envelope.self, from: push).data else { return }
    for changed in rows.compactMap(notice) {
      notices.removeAll {
        $0.title == changed.title && $0.service == changed.service && $0.begin == changed.begin
      }
      if MaintenanceNotices.openStates.contains(changed.state) { notices.append(changed) }
    }
  }

  private func notice(_ row: StatedRow) -> Notice? {
    let environment = row.text("env")
    if let own = self.environment, !environment.isEmpty, environment != own.rawValue { return nil }
    let service = row.text("serviceType")
    let begin = row.integer("begin")
    if !MaintenanceNotices.services.contains(service) || begin <= 0 { return nil }
    return Notice(
      title: OddRow.bounded(row.text("title")), service: service, state: row.text("state"),
      begin: WallMilliseconds(milliseconds: begin),
      end: WallMilliseconds(milliseconds: max(begin, row.integer("end"))))
  }

  /// What holds at `now`, by the exchange's clock: the strictest of all notices. With `isListRead` the exchange itself
  /// ends them: its `end` is an estimate.
  public func hold(at now: WallMilliseconds, isListRead: Bool) -> Hold? {
    var strictest: Hold?
    for notice in notices.sorted(by: { $0.begin < $1.begin }) {
      guard let state = state(of: notice, at: now, isListRead) else { continue }
      if state.rawValue <= strictest?.state.rawValue ?? TradingState.active.rawValue { continue }
      strictest = Hold(
        state: state,
        words: "the exchange's maintenance \"\(notice.title)\" is \(notice.state), from "
          + "\(MaintenanceNotices.text(notice.begin)) to \(MaintenanceNotices.text(notice.end))")
    }
    return strictest
  }

  private func state(
    of notice: Notice, at now: WallMilliseconds, _ isListRead: Bool
  ) -> TradingState? {
    let (lead, late) = (
      notice.begin.milliseconds - now.milliseconds, now.milliseconds - notice.end.milliseconds
    )
    if !MaintenanceNotices.openStates.contains(notice.state)
      || (!isListRead && late > MaintenanceNotices.forgottenMilliseconds)
    {
      return nil
    }
    // Before full trading comes a time in which cancels and post-only orders are taken: the desk waits it out.
    if notice.state != "scheduled" { return .cancelOnly }
    if lead <= MaintenanceNotices.cancelLeadMilliseconds { return .cancelOnly }
    return lead <= leadMilliseconds ? .reduceOnly : nil
  }

  /// UTC.
  static func text(_ time: WallMilliseconds) -> String {
    Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000).formatted(
      Date.ISO8601FormatStyle(timeZone: .gmt))
  }
}
