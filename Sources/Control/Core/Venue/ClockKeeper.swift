// Keeps asking the exchange for its time, shows how far it is from ours, holds the desk beyond a limit; control plane.

import Account
import Channels
import Logging
import Quantities
import State

package struct ClockKeeper: Sendable {
  let rest: RESTClient
  let state: StateWriter
  let holds: VenueHolds
  /// `risk.desk.clock_offset_milliseconds`
  let limitMilliseconds: Int64
  let log: Logger

  static let period = Duration.seconds(10)
  /// A desk that was held trades again once the clocks are this much nearer than the limit: a clock on the edge of it would
  /// flap.
  static let easedDivisor: Int64 = 2
  /// Clocks that part by less are not worth a warning.
  static let noticeMilliseconds: Int64 = 500
  /// So many answers at once as it begins: the first has made the connection too, and bounds loosely.
  private static let firstAnswers = 3

  /// What is said of a measurement, and whether the desk is held.
  package struct Judgement: Equatable {
    package var isHeld: Bool
    package var words: String
  }

  /// - Parameter wasHeld: the desk is held for its clock already.
  package static func judge(
    aheadNanoseconds ahead: Int64, uncertainty: Int64, limitMilliseconds limit: Int64, wasHeld: Bool
  ) -> Judgement {
    // What is not certain is not held against the clock.
    let least = max(0, Int64(clamping: ahead.magnitude) - uncertainty) / 1_000_000
    let words =
      "the exchange's clock is \(abs(ahead / 1_000_000)) ms \(ahead < 0 ? "behind" : "ahead of") ours "
      + "(± \(uncertainty / 1_000_000 + 1) ms)"
    let isHeld = least > (wasHeld ? limit / easedDivisor : limit)
    return Judgement(
      isHeld: isHeld,
      words: isHeld
        ? words + ", beyond risk.desk.clock_offset_milliseconds (\(limit)): set this machine's "
          + "clock (chrony, ntpd)" : words)
  }

  /// Before anything is signed: an exchange that does not tell its time is believed to share ours.
  static func begin(_ rest: RESTClient, log: Logger) async {
    do {
      for _ in 0..<firstAnswers { try await rest.measureClock() }
    } catch {
      log.warning(
        "the exchange's time cannot be asked for: orders and logins go by this machine's clock",
        metadata: ["reason": "\(error)"])
    }
  }

  /// Returns when cancelled.
  func run() async {
    var isHeld = false
    var isFailing = false
    var told: Int64?
    while !Task.isCancelled {
      if let offset = rest.venueClock.offset {
        let ahead = offset.aheadOfWall
        state.set(clock: offset)
        let found = ClockKeeper.judge(
          aheadNanoseconds: ahead, uncertainty: offset.uncertainty,
          limitMilliseconds: limitMilliseconds, wasHeld: isHeld)
        holds.hold(.clock, found.isHeld ? .reduceOnly : .active, found.words)
        if found.isHeld != isHeld {
          log.log(
            level: found.isHeld ? .error : .notice, "\(found.words)",
            metadata: ["desk": found.isHeld ? "reduceOnly" : "no longer held"])
        } else if ClockKeeper.isNews(ahead / 1_000_000, told) {
          log.log(
            level: abs(ahead / 1_000_000) < ClockKeeper.noticeMilliseconds ? .info : .warning,
            "\(found.words); stamps and orders are corrected")
          told = ahead / 1_000_000
        }
        isHeld = found.isHeld
      }
      try? await Task.sleep(for: ClockKeeper.period)
      do {
        try await rest.measureClock()
        if isFailing { log.notice("the exchange tells its time again") }
        isFailing = false
      } catch {
        if !isFailing && !Task.isCancelled {
          log.warning(
            "the exchange's time cannot be asked for: stamps go by what was measured last",
            metadata: ["reason": "\(error)"])
        }
        isFailing = true
      }
    }
  }

  /// The first, and one that differs from what was said last by what is worth a notice.
  private static func isNews(_ milliseconds: Int64, _ told: Int64?) -> Bool {
    guard let told else { return true }
    return abs(milliseconds - told) >= noticeMilliseconds
  }
}
