// Equity's fall from its highest and its gain since the first record, both net of transfers; pure, control plane.

import Quantities

/// A deposit is no profit and a withdrawal no loss: the peak moves with them. A bill comes up to a minute after the
/// equity that it explains, so points are judged for good only once no bill can come any more.
struct EquityCurve: Sendable {
  /// Bills of what a point shows are on record so long after it.
  static let settledMilliseconds: Int64 = 180_000
  /// Equity is stamped here and a transfer by the exchange: points so near to one may stand on either side.
  static let blurMilliseconds: Int64 = 3_000

  private struct Point {
    var at: Int64
    var total: Double
  }
  private struct Transfer {
    var at: Int64
    /// Nil: of a currency whose price then is not on record.
    var worth: Double?
    var isApplied = false
  }

  private struct Judged {
    var peak: Double?
    var drawdown = 0.0
    var drawdownMax = 0.0

    mutating func take(_ point: Point) {
      let peak = max(self.peak ?? point.total, point.total)
      self.peak = peak
      drawdown = peak > 0 ? (peak - point.total) / peak : 0
      drawdownMax = max(drawdownMax, drawdown)
    }

    /// Where nobody knows what was moved, the fall is counted from here on.
    mutating func move(_ worth: Double?) {
      guard let peak, let worth, peak + worth > 0 else {
        self.peak = nil
        return
      }
      self.peak = peak + worth
    }
  }

  private var judged = Judged()
  private var points: [Point] = []
  private var transfers: [Transfer] = []
  private enum Sum { case first, last, moved }
  /// US dollars; nothing stands for what was moved once a worth was not known.
  private var sums: [Sum: Amount] = [.moved: .zero]
  private var since: Int64?

  /// The first point on record: what was moved before it is in there.
  mutating func begin(_ total: Amount, at time: Int64) {
    since = time
    sums[.first] = total
  }

  mutating func equity(_ total: Amount, at time: Int64) {
    guard let value = Double(total.description) else { return }
    sums[.last] = total
    points.append(Point(at: time, total: value))
  }

  /// Positive: it came. `worth` in US dollars.
  mutating func transfer(_ worth: Amount, at time: Int64) {
    transfers.append(Transfer(at: time, worth: Double(worth.description)))
    guard let since, time > since, let moved = sums[.moved] else { return }
    sums[.moved] = try? moved.adding(worth)
  }

  /// Of a currency whose price then is not on record.
  mutating func transferOfUnknownWorth(at time: Int64) {
    transfers.append(Transfer(at: time, worth: nil))
    if let since, time > since { sums[.moved] = nil }
  }

  /// Judges what no bill can change any more.
  mutating func settle() {
    guard let newest = points.last?.at else { return }
    let until = newest - EquityCurve.settledMilliseconds
    let ripe = points.prefix { $0.at <= until }
    judged = judge(Array(ripe), &transfers)
    points.removeFirst(ripe.count)
    transfers.removeAll { $0.isApplied && $0.at < until - EquityCurve.blurMilliseconds }
  }

  /// Shares of the peak, now and at most; nil where no equity is on record.
  var drawdown: (now: Double, most: Double)? {
    if since == nil { return nil }
    var transfers = transfers
    let all = judge(points, &transfers)
    return (all.drawdown, all.drawdownMax)
  }

  /// US dollars since the time given with them.
  var profit: (since: Int64, amount: Amount)? {
    guard let since, let first = sums[.first], let last = sums[.last], let moved = sums[.moved],
      let gain = try? last.adding(first.negated).adding(moved.negated)
    else { return nil }
    return (since, gain)
  }

  private func judge(_ points: [Point], _ transfers: inout [Transfer]) -> Judged {
    var judged = judged
    for point in points {
      for index in transfers.indices
      where !transfers[index].isApplied && transfers[index].at <= point.at {
        transfers[index].isApplied = true
        judged.move(transfers[index].worth)
      }
      let isBlurred = transfers.contains {
        abs($0.at - point.at) <= EquityCurve.blurMilliseconds
      }
      if !isBlurred { judged.take(point) }
    }
    return judged
  }
}
