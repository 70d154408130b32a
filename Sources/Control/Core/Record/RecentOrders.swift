// A bounded memory of orders; control plane.

/// The latest orders told of, and something of each.
struct RecentOrders<Value: Sendable>: Sendable {
  static var remembered: Int { 10_000 }
  private var values: [UInt64: Value] = [:]
  /// Ids as they came.
  private var order: [UInt64] = []

  subscript(id: UInt64) -> Value? { values[id] }

  /// Forgets the oldest half where twice `remembered` are held.
  mutating func set(_ id: UInt64, to value: Value) {
    if values.updateValue(value, forKey: id) != nil { return }
    order.append(id)
    if order.count < 2 * Self.remembered { return }
    for old in order.prefix(Self.remembered) { values[old] = nil }
    order.removeFirst(Self.remembered)
  }

  mutating func change(_ id: UInt64, _ body: (inout Value) -> Void) {
    if var value = values.removeValue(forKey: id) {
      body(&value)
      values[id] = value
    }
  }

  mutating func changeAll(_ body: (inout Value) -> Void) {
    for id in values.keys { change(id, body) }
  }

  mutating func take(_ id: UInt64) -> Value? { values.removeValue(forKey: id) }

  func latest(_ count: Int, where isWanted: (Value) -> Bool) -> [(order: UInt64, Value)] {
    order.compactMap { id in
      guard let value = values[id], isWanted(value) else { return nil }
      return (id, value)
    }.suffix(count)
  }
}
