// Why an upgrade or a proxy's CONNECT failed, as values; control plane.

import Quantities

public enum HandshakeRefusalReason: UInt8, Sendable, CaseIterable {
  /// The status was not the one asked for; `status` says which.
  case status = 1
  /// The head did not parse, or was too large.
  case malformedHead = 2
  case headTooLarge = 3
  case missingUpgrade = 4
  case missingConnection = 5
  case acceptKey = 6
  /// The server chose an extension or subprotocol that nobody offered.
  case unexpectedExtension = 7
  case unexpectedProtocol = 8
  /// An answer in HTTP/1.0 cannot upgrade.
  case version = 9
  case interimResponses = 10
}

/// A refused handshake: the product's code, the reason, and the HTTP status line (0 when none was read).
public struct HandshakeRefusal: Error, Hashable, Sendable {
  public var fault: FaultCode
  public var reason: HandshakeRefusalReason
  public var status: Int
  /// The status line's own words, as they came.
  public var phrase: [UInt8]

  init(
    _ fault: FaultCode, _ reason: HandshakeRefusalReason, status: Int = 0, phrase: [UInt8] = []
  ) {
    self.fault = fault
    self.reason = reason
    self.status = status
    self.phrase = phrase
  }
}

/// What a handshake's step came to.
public enum HandshakeProgress: Hashable, Sendable {
  case needMore
  /// Done; `leftover` are the bytes that followed the head and belong to what comes next.
  case ready(leftover: [UInt8])
}
