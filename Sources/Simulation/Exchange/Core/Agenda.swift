// What the exchange has to do later, in order of time: a value that whoever drives the exchange asks; simulation.

/// Deeds of one due time run in the order in which they were entered.
struct Agenda {
  typealias Deed = (SimulatedExchange) -> Void

  private struct Entry {
    var due: Int64
    var number: UInt64
    var deed: Deed
  }
  /// By due time, then by number. There are about as many as kinds of deed, so that insertion is cheap.
  private var entries: [Entry] = []
  private var nextNumber: UInt64 = 1

  /// When the next deed is due, monotonic nanoseconds.
  var nextDue: Int64? { entries.first?.due }

  /// Returns the number by which it can be cancelled.
  @discardableResult
  mutating func add(due: Int64, _ deed: @escaping Deed) -> UInt64 {
    let place = entries.firstIndex { $0.due > due } ?? entries.count
    entries.insert(Entry(due: due, number: nextNumber, deed: deed), at: place)
    nextNumber += 1
    return nextNumber - 1
  }

  mutating func cancel(_ number: UInt64) { entries.removeAll { $0.number == number } }

  /// Takes out what is due at `now`. What a deed enters while it runs waits for the next call, whatever its time,
  /// so that requests get their turn.
  mutating func takeDue(at now: Int64) -> [Deed] {
    let count = entries.firstIndex { $0.due > now } ?? entries.count
    defer { entries.removeFirst(count) }
    return entries.prefix(count).map(\.deed)
  }
}
