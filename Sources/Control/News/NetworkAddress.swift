// Which network addresses news may be fetched from; control plane.
import Foundation

/// An IPv4 or IPv6 address as bytes in network order.
public struct NetworkAddress: Sendable, Hashable {
  public let bytes: [UInt8]

  /// Nil for any other length than 4 or 16.
  public init?(bytes: [UInt8]) {
    if bytes.count != 4 && bytes.count != 16 { return nil }
    self.bytes = bytes
  }

  /// A literal; nil when it is none.
  public init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
      bytes = unsafe withUnsafeBytes(of: &four) { unsafe Array($0) }
    } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
      bytes = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
    } else {
      return nil
    }
  }

  /// The IPv4 address inside of an IPv6 one that only wraps it (mapped, NAT64, 6to4).
  private var wrapped: NetworkAddress? {
    if bytes.count != 16 { return nil }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    let isCompatible = bytes[..<12].allSatisfy { $0 == 0 } && bytes[12] != 0
    let isNAT64 =
      Array(bytes[..<4]) == [0, 0x64, 0xFF, 0x9B] && bytes[4..<12].allSatisfy { $0 == 0 }
    if isMapped || isCompatible || isNAT64 { return NetworkAddress(bytes: Array(bytes[12...])) }
    if bytes[0] == 0x20 && bytes[1] == 0x02 { return NetworkAddress(bytes: Array(bytes[2..<6])) }
    return nil
  }

  public var isLoopback: Bool {
    if let wrapped { return wrapped.isLoopback }
    if bytes.count == 4 { return bytes[0] == 127 }
    return bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Reaches a host on the open internet: not private, link-local, shared, multicast, documentation or
  /// reserved (IANA special-purpose registries).
  public var isPublic: Bool {
    if let wrapped { return wrapped.isPublic }
    return bytes.count == 4 ? isPublicFour : isPublicSix
  }

  private var isPublicFour: Bool {
    switch (bytes[0], bytes[1], bytes[2]) {
    case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (172, 16...31, _), (192, 168, _),
      (100, 64...127, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _),
      (198, 51, 100), (203, 0, 113), (224...255, _, _):
      false
    default: true
    }
  }

  /// Global unicast (2000::/3) without documentation, Teredo and benchmarking.
  private var isPublicSix: Bool {
    if bytes[0] & 0xE0 != 0x20 { return false }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0x20, 0x01, 0x0D, 0xB8), (0x20, 0x01, 0x00, 0x00), (0x20, 0x01, 0x00, 0x02),
      (0x20, 0x01, 0x00, 0x10...0x2F), (0x3F, 0xFF, _, _):
      return false
    default: return true
    }
  }

  public var text: String {
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2).map {
      String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
    }.joined(separator: ":")
  }

  /// All addresses of a name. Blocks: call it where blocking is allowed.
  static func resolve(_ host: String) -> [NetworkAddress] {
    if let literal = NetworkAddress(host) { return [literal] }
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    // SAFETY: the list is read before it is freed, and its addresses have the size their family says.
    defer { unsafe freeaddrinfo(list) }
    var found: [NetworkAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ai_addr {
        let raw = UnsafeRawPointer(address)
        if unsafe entry.pointee.ai_family == AF_INET {
          let bytes = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
          let four = unsafe withUnsafeBytes(of: bytes) { unsafe Array($0) }
          if let one = NetworkAddress(bytes: four) { found.append(one) }
        } else if unsafe entry.pointee.ai_family == AF_INET6 {
          let bytes = unsafe raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
          let six = unsafe withUnsafeBytes(of: bytes) { unsafe Array($0) }
          if let one = NetworkAddress(bytes: six) { found.append(one) }
        }
      }
      unsafe next = entry.pointee.ai_next
    }
    return found
  }
}
