// What changed in the account since the last event push; simulation.

/// OKX batches `account` and `positions` event pushes over about 50 ms.
struct AccountChanges {
  var currencies: Set<String> = []
  var instruments: Set<Int> = []
  var isScheduled = false

  static let batchMilliseconds: Int64 = 50

  var isEmpty: Bool { currencies.isEmpty && instruments.isEmpty }
}

/// `eventType` of an `account` or `positions` push.
enum AccountEvent: String {
  case snapshot
  case update = "event_update"
}
