// Incidents that wait for their push or request, and those that last; simulation.

import Market

/// State only: `SimulatedExchange+Incidents.swift` drives it.
struct IncidentBoard {
  private struct Waiting {
    /// Pushes or requests until its own.
    var left: Int
    var deed: Deed
  }
  private var waiting: [Incident.Place: [Waiting]] = [:]
  /// Pushes that come after the next one, by channel.
  private var held: [Incident.Place: [Delivery]] = [:]
  /// Name to times that it happened.
  private(set) var happened: [String: Int] = [:]

  /// Monotonic nanoseconds.
  var lag: (nanoseconds: Int64, until: Int64)?
  var failures: [(code: Int, path: String, until: Int64)] = []
  var notFoundUntil = Int64.min

  static let heldNanoseconds: Int64 = 200_000_000
  static let noticeNanoseconds: Int64 = 60_000_000_000

  /// A frame and who gets it.
  struct Delivery {
    var session: Session
    var frame: ServerFrame
  }

  mutating func arm(_ deed: Deed, atCount count: Int, of place: Incident.Place) {
    waiting[place, default: []].append(Waiting(left: count, deed: deed))
  }

  mutating func count(_ deed: Deed) { happened[deed.name, default: 0] += 1 }

  /// Counts a push or request; returns what befalls it.
  mutating func meet(_ place: Incident.Place) -> [Deed] {
    guard var all = waiting.removeValue(forKey: place) else { return [] }
    for index in all.indices { all[index].left -= 1 }
    let due = all.filter { $0.left <= 0 }.map(\.deed)
    all.removeAll { $0.left <= 0 }
    if !all.isEmpty { waiting[place] = all }
    return due
  }

  mutating func hold(_ deliveries: [Delivery], of place: Incident.Place) {
    held[place, default: []] += deliveries
  }
  mutating func takeHeld(_ place: Incident.Place) -> [Delivery] {
    held.removeValue(forKey: place) ?? []
  }

  /// Nothing waits or lasts any longer; what is held back comes at its time.
  mutating func calm() {
    waiting = [:]
    lag = nil
    failures = []
    notFoundUntil = .min
  }
}
