// The limits in force as the Door knows them, and what a request makes of them; control plane.
import Channels
import Door
import Pipeline
import Quantities

/// The Door's thread's own. The Gate alone holds orders to limits; both start from the same configuration and take the
/// same changes in the same order, so that the Door can say what the Gate will do.
final class LimitBook: @unchecked Sendable {
  // SAFETY: made before the Door's thread starts, used by that thread alone.
  private var limits: [InstrumentLimits]
  private let table: InstrumentTable
  /// What each instrument's figures count in.
  private var lots: [Increment]

  init(_ limits: [InstrumentLimits], of table: InstrumentTable) {
    self.limits = limits
    self.table = table
    lots = (0..<table.count).map { table[InstrumentID(index: UInt16($0))].lot }
  }

  /// In the instrument's lots of now: an exchange that made its lot finer left the sizes as they were.
  subscript(id: InstrumentID) -> InstrumentLimits {
    let at = Int(id.index)
    let lot = table[id].lot
    if lot != lots[at] {
      for limit in [InstrumentLimit.orderLots, .positionLots] {
        limits[at][limit] = lot.count(limits[at][limit], of: lots[at])
      }
      lots[at] = lot
    }
    return limits[at]
  }

  /// `order_lots 100 → 5, open_orders 20 stays`; nil where each figure that is asked is looser than what holds.
  func change(_ id: InstrumentID, by asked: InstrumentLimits) -> String? {
    let held = self[id]
    guard let next = held.tightened(by: asked) else { return nil }
    var parts: [String] = []
    var isLooser = true
    if !asked.isAllowed {
      parts.append(held.isAllowed ? "taken off the allow-list" : "is off the allow-list already")
      isLooser = false
    }
    for limit in InstrumentLimit.doorOrder where asked[limit] > 0 {
      let (old, new) = (LimitBook.text(held, limit), LimitBook.text(next, limit))
      parts.append(
        old == new ? "\(limit.text.key) \(old) stays" : "\(limit.text.key) \(old) → \(new)")
      if old != new || LimitBook.text(asked, limit) == old { isLooser = false }
    }
    return isLooser ? nil : parts.joined(separator: ", ")
  }

  /// The Gate was told.
  func adopt(_ id: InstrumentID, _ asked: InstrumentLimits) {
    if let next = self[id].tightened(by: asked) { limits[Int(id.index)] = next }
  }

  /// What holds, of the figures that a request asks to change.
  func text(_ id: InstrumentID, of asked: InstrumentLimits) -> String {
    InstrumentLimit.doorOrder.filter { asked[$0] > 0 }
      .map { "\($0.text.key) \(LimitBook.text(self[id], $0))" }.joined(separator: ", ")
  }

  private static func text(_ limits: InstrumentLimits, _ limit: InstrumentLimit) -> String {
    if limit == .orderNotional { return limits.orderNotionalMaximum.normalized.description }
    return "\(limits[limit] / limit.text.scale)"
  }
}
