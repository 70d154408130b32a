// When a provider charges more; control plane.

/// Hours of the day, UTC, and how much more.
public struct PeakHours: Sendable, Hashable {
  /// Minutes of the day, begin included, end not; an end before its begin lies on the next day.
  private struct Span: Sendable, Hashable {
    var begin: Int
    var end: Int
  }
  private let pairs: [Span]
  /// Of the usual price.
  public let permille: Int64

  /// Nil where the text is not `HH:MM-HH:MM`, more of them with commas between.
  public init?(_ text: String, permille: Int64) {
    var pairs: [Span] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count == 2, let begin = PeakHours.minute(ends[0]),
        let end = PeakHours.minute(ends[1]), begin != end
      else { return nil }
      pairs.append(Span(begin: begin, end: end))
    }
    if pairs.isEmpty || permille < 0 { return nil }
    self.pairs = pairs
    self.permille = permille
  }

  private static func minute(_ text: Substring) -> Int? {
    let parts = text.trimmingPrefix { $0 == " " }.split(
      separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute),
      hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 60 + minute
  }

  /// - Parameter now: Unix milliseconds.
  public func holds(at now: Int64) -> Bool {
    let minute = Int(now / 60_000 % 1_440)
    return pairs.contains { span in
      span.begin < span.end
        ? minute >= span.begin && minute < span.end : minute >= span.begin || minute < span.end
    }
  }
}
