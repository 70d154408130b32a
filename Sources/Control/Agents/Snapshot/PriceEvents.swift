// An instrument's mids, one a second, and the events they are: a price jump, a bar's end; control plane.
import Quantities
import Roles
import State

/// A ring of samples. One writer.
struct PriceEvents {
  static let samplesMax = 300

  /// Half ticks, oldest first.
  private(set) var mids: [Int64] = []
  private(set) var spreads: [Int64] = []
  private(set) var newestAt: Int64 = 0
  private var position: Int64?
  /// When the newest finished bar began, Unix milliseconds.
  private var barOpenedAt: Int64?

  /// Bars whose end wakes the roles that wait for one.
  static let eventInterval = BarInterval.minute

  /// True where a bar has ended since the last call; the first call only learns which is the newest.
  mutating func closes(_ bars: [BarRecord]) -> Bool {
    guard let newest = bars.last(where: \.isClosed)?.openTime.milliseconds else { return false }
    defer { barOpenedAt = newest }
    return barOpenedAt.map { $0 < newest } ?? false
  }

  /// A step beyond so many deviations of those before it is a jump, once there are `jumpSamplesMin`.
  static let jumpDeviations = 4.0
  static let jumpSamplesMin = 30

  mutating func take(_ slot: MarketSlot, at now: Int64) -> Set<RoleEvent> {
    var events: Set<RoleEvent> = []
    if let position, position != slot.position.lots { events.insert(.positionChange) }
    position = slot.position.lots
    guard slot.isValid, let mid = slot.integer(.midHalfTicks), mid > 0 else {
      // A series with a hole would read as one without.
      mids = []
      spreads = []
      return events
    }
    if isJump(to: mid) { events.insert(.volatilityJump) }
    mids.append(mid)
    spreads.append(slot.integer(.spreadTicks) ?? 0)
    if mids.count > PriceEvents.samplesMax {
      mids.removeFirst()
      spreads.removeFirst()
    }
    newestAt = now
    return events
  }

  private func isJump(to mid: Int64) -> Bool {
    guard let last = mids.last, mids.count >= PriceEvents.jumpSamplesMin else { return false }
    let steps = zip(mids.suffix(60), mids.suffix(60).dropFirst()).map { Double($1 - $0) }
    let mean = steps.reduce(0, +) / Double(steps.count)
    let variance =
      steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(steps.count)
    if variance <= 0 { return false }
    return abs(Double(mid - last) - mean) > PriceEvents.jumpDeviations * variance.squareRoot()
  }
}
