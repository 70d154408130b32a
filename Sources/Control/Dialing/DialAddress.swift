// One address that a name resolved to; control plane.
import CDialing

struct DialAddress: RacedAddress, CustomStringConvertible {
  private let bytes: [UInt8]
  let isIPv6: Bool
  let isLoopback: Bool
  /// `address:port` in digits.
  let description: String

  init(_ address: cdial_address) {
    var address = address
    isIPv6 = address.six == 1
    isLoopback = address.loopback == 1
    let length = Int(address.length)
    bytes = unsafe withUnsafeBytes(of: &address.bytes) { unsafe Array($0.prefix(length)) }
    var text = [CChar](repeating: 0, count: 80)
    unsafe text.withUnsafeMutableBufferPointer {
      unsafe cdial_describe(&address, $0.baseAddress, $0.count)
    }
    description = TLSContext.string(text)
  }

  /// Begins to connect: a descriptor, or a negative error number.
  func connect() -> Int32 {
    var address = cdial_address()
    address.length = UInt32(bytes.count)
    unsafe withUnsafeMutableBytes(of: &address.bytes) { unsafe $0.copyBytes(from: bytes) }
    return unsafe cdial_connect(&address)
  }
}
