// What this process learnt of hosts' addresses: the one that served, those that did not, the latest list; control plane.

/// A value; `Dialer` keeps one for the whole process. A host is named with its port.
package struct AddressBook<Address: RacedAddress>: Sendable {
  private struct Host: Sendable {
    /// The address of the latest dial that came through.
    var served: Address?
    /// Connected, or were tried, and came to nothing since: tried after all others.
    var suspects: Set<Address> = []
    /// What the name resolved to last.
    var latest: [Address] = []
  }

  /// A configuration names a handful; beyond this everything is forgotten.
  package static var hostsMax: Int { 64 }

  private var hosts: [String: Host] = [:]

  package init() {}

  /// The order in which the addresses that a name resolved to are tried.
  package mutating func order(_ addresses: [Address], of host: String) -> [Address] {
    if hosts[host] == nil && hosts.count >= AddressBook.hostsMax { hosts = [:] }
    hosts[host, default: Host()].latest = addresses
    let known = hosts[host] ?? Host()
    var fresh = addresses.filter { !known.suspects.contains($0) }
    if let served = known.served, let index = fresh.firstIndex(of: served) {
      fresh.remove(at: index)
      fresh.insert(served, at: 0)
    }
    return AddressOrder.interleaved(fresh)
      + AddressOrder.interleaved(addresses.filter(known.suspects.contains))
  }

  /// For a resolver that does not answer; empty when nothing is known.
  package func latest(of host: String) -> [Address] { hosts[host]?.latest ?? [] }

  /// A whole dial came through this address.
  package mutating func served(_ address: Address, _ host: String) {
    hosts[host]?.served = address
    hosts[host]?.suspects.remove(address)
  }

  package mutating func failed(_ address: Address, _ host: String) {
    if hosts[host]?.served == address { hosts[host]?.served = nil }
    hosts[host]?.suspects.insert(address)
    // Where each of them failed they are not to be relied on without the resolver.
    let known = hosts[host] ?? Host()
    if known.latest.allSatisfy(known.suspects.contains) {
      hosts[host]?.suspects = []
      hosts[host]?.latest = []
    }
  }
}
