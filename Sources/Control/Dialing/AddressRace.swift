// When each address of a host is tried (RFC 8305 §5), as a value without clock or socket; control plane.
import Quantities

/// The shell asks for the next step, does it, and says which attempts failed. The first that connects ends the race.
package struct AddressRace: Sendable {
  package enum Step: Equatable, Sendable {
    /// The attempt at this address starts now.
    case begin(Int)
    /// Nothing is to be started before this instant; nil: nothing any more.
    case wait(until: Instant?)
    /// Every address was tried, and each failed.
    case lost
  }

  /// RFC 8305 §8 recommends 250 ms between two attempts.
  package static let attemptDelayNanoseconds: Int64 = 250_000_000

  private let count: Int
  private var started = 0
  private var failures = 0
  private var due = Instant.zero

  package init(count: Int) { self.count = count }

  package mutating func step(now: Instant) -> Step {
    // With nobody left in the race there is nothing to wait for.
    if started < count && (now >= due || failures == started) {
      started += 1
      due = now.advanced(byNanoseconds: AddressRace.attemptDelayNanoseconds)
      return .begin(started - 1)
    }
    if failures == count { return .lost }
    return .wait(until: started < count ? due : nil)
  }

  /// One of the attempts that were started came to nothing: the next one need not wait.
  package mutating func failed(now: Instant) {
    failures += 1
    due = now
  }
}

/// An address as far as the order of attempts goes.
package protocol RacedAddress: Hashable, Sendable {
  var isIPv6: Bool { get }
}

package enum AddressOrder {
  /// The families in turn, beginning with that of the first address; within one the order stays (RFC 8305 §4).
  package static func interleaved<Address: RacedAddress>(_ addresses: [Address]) -> [Address] {
    guard let first = addresses.first else { return [] }
    var one = addresses.filter { $0.isIPv6 == first.isIPv6 }[...]
    var other = addresses.filter { $0.isIPv6 != first.isIPv6 }[...]
    var order: [Address] = []
    while !one.isEmpty || !other.isEmpty {
      if let next = one.popFirst() { order.append(next) }
      if let next = other.popFirst() { order.append(next) }
    }
    return order
  }
}
