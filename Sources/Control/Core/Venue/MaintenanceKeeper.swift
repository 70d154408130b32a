// Holds the desk before and during the exchange's planned maintenance, and lets it go on afterwards; control plane.

import Account
import Logging
import Quantities

actor MaintenanceKeeper {
  private let rest: RESTClient
  private let holds: VenueHolds
  private let context: MarketContext
  private let log: Logger
  private var notices: MaintenanceNotices
  private var held: MaintenanceNotices.Hold?
  /// A push came after the last reading.
  private var isListOld = false
  /// The last reading brought the list; nil before the first.
  private var isRead: Bool?

  static let poll = Duration.milliseconds(200)
  /// The list may be asked for once in five seconds.
  static let read = Duration.seconds(300)
  static let readWhileHeld = Duration.seconds(10)

  init(
    rest: RESTClient, holds: VenueHolds, context: MarketContext, notices: MaintenanceNotices,
    log: Logger
  ) {
    self.rest = rest
    self.holds = holds
    self.context = context
    self.notices = notices
    self.log = log
  }

  /// Returns when cancelled. A reading that waits for its answer keeps nobody from a beginning.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.keepReading() }
      while !Task.isCancelled {
        for push in context.statusPushes.take() {
          notices.take(push: push)
          isListOld = true
        }
        let found = notices.hold(at: rest.venueClock.now(), isListRead: isRead == true)
        if found != held { tell(found, was: held) }
        held = found
        try? await Task.sleep(for: MaintenanceKeeper.poll)
      }
      group.cancelAll()
    }
  }

  private func keepReading() async {
    while !Task.isCancelled {
      do {
        let body = try await rest.get("/api/v5/system/status")
        if !notices.replace(body: body) { throw RESTError.malformed("system/status") }
        isRead = true
      } catch {
        if isRead != false && !Task.isCancelled {
          log.warning(
            "planned maintenance cannot be asked for: pushes alone tell of it",
            metadata: ["reason": "\(error)"])
        }
        isRead = false
      }
      isListOld = false
      let due = ContinuousClock.now + MaintenanceKeeper.read
      try? await Task.sleep(for: MaintenanceKeeper.readWhileHeld)
      while !Task.isCancelled, held == nil, !isListOld, ContinuousClock.now < due {
        try? await Task.sleep(for: MaintenanceKeeper.poll)
      }
    }
  }

  private func tell(_ found: MaintenanceNotices.Hold?, was held: MaintenanceNotices.Hold?) {
    holds.hold(.maintenance, found?.state ?? .active, found?.words ?? "")
    if let found {
      log.warning("\(found.words)", metadata: ["desk": "\(found.state)"])
    } else if held != nil {
      log.notice("the exchange's maintenance is over")
    }
  }
}
