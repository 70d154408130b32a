// How many requests a window of time allows; simulation.

/// A sliding window: at most `limit` events in any `window`. A limit of 0 never refuses.
struct RateLimit {
  let limit: Int
  let windowNanoseconds: Int64
  private var times: [Int64] = []
  /// Index of the oldest time, `times` being a ring once full.
  private var oldest = 0

  init(limit: Int, windowNanoseconds: Int64) {
    self.limit = limit
    self.windowNanoseconds = windowNanoseconds
  }

  /// Counts one event at `now` (monotonic nanoseconds), or refuses it uncounted.
  mutating func admit(now: Int64) -> Bool {
    if limit <= 0 { return true }
    if times.count < limit {
      times.append(now)
      return true
    }
    if now - times[oldest] < windowNanoseconds { return false }
    times[oldest] = now
    oldest = (oldest + 1) % limit
    return true
  }
}
