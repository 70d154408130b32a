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

  /// Returns when cancelled.
  func run() async {
    var readAt: ContinuousClock.Instant?
    var held: MaintenanceNotices.Hold?
    var isFailing = false
    while !Task.isCancelled {
      let pushes = context.statusPushes.take()
      for push in pushes { notices.take(push: push) }
      let pause = held == nil ? MaintenanceKeeper.read : MaintenanceKeeper.readWhileHeld
      if readAt.map({ ContinuousClock.now - $0 >= pause }) ?? true {
        readAt = .now
        do {
          let isRead = notices.replace(body: try await rest.get("/api/v5/system/status"))
          if !isRead { throw RESTError.malformed("system/status") }
          isFailing = false
        } catch {
          if !isFailing && !Task.isCancelled {
            log.warning(
              "planned maintenance cannot be asked for: pushes alone tell of it",
              metadata: ["reason": "\(error)"])
          }
          isFailing = true
        }
      }
      let found = notices.hold(at: rest.venueClock.now())
      if found != held { tell(found, was: held) }
      held = found
      try? await Task.sleep(for: MaintenanceKeeper.poll)
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
