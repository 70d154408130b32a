// Ports of this machine's loopback, for peers that cannot choose their own.
import Foundation

enum FreePort {
  private static func with<Result>(
    _ port: UInt16, _ body: (Int32, UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> (descriptor: Int32, result: Result, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body(descriptor, $0, &size)
      }
    }
    return (descriptor, result, UInt16(bigEndian: address.sin_port))
  }

  static func find() throws -> UInt16 {
    let (descriptor, isBound, port) = unsafe with(0) { descriptor, address, size in
      unsafe bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
    }
    defer { close(descriptor) }
    guard isBound else { throw Unavailable(description: "no free port") }
    return port
  }

  static func connect(_ port: UInt16) throws -> Int32 {
    let (descriptor, status, _) = unsafe with(port) { descriptor, address, size in
      unsafe Foundation.connect(descriptor, address, size)
    }
    guard status == 0 else {
      close(descriptor)
      throw Unavailable(description: "nobody listens at \(port)")
    }
    return descriptor
  }

  static func isTaken(_ port: UInt16) -> Bool {
    guard let descriptor = try? connect(port) else { return false }
    close(descriptor)
    return true
  }
}
