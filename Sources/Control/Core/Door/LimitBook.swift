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
  private let changes: InstrumentChanges
  /// `Instrument.unitsChange` of the row that each instrument's figures count by.
  private var counted: [UInt16]

  init(_ limits: [InstrumentLimits], of table: InstrumentTable, changes: InstrumentChanges) {
    self.limits = limits
    self.table = table
    self.changes = changes
    counted = (0..<table.count).map { table[InstrumentID(index: UInt16($0))].unitsChange }
  }

  /// In the instrument's lots of now, through every change as the Gate took it.
  subscript(id: InstrumentID) -> InstrumentLimits {
    let at = Int(id.index)
    let last = table[id].unitsChange
    if last > counted[at] {
      limits[at] = changes.limits(
        limits[at], of: id, from: counted[at], to: last, isAsked: false)
      counted[at] = last
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

  /// The Gate was told, of figures that count by a row with `unitsChange` `first`.
  func adopt(_ id: InstrumentID, _ asked: InstrumentLimits, of first: UInt16) {
    let held = self[id]
    let same = changes.limits(asked, of: id, from: first, to: counted[Int(id.index)])
    if let next = held.tightened(by: same) { limits[Int(id.index)] = next }
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
