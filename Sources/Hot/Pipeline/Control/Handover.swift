// What passes between the Connector and the hot stages: sockets ready for frames one way, retired ones the other; hot plane.

import Quantities
import Transport

/// Connector → Feed or Sender, 56 bytes: one ring slot. The login text is owned by the Connector,
/// which frees it when the connection comes back in a `ConnectorRequest`.
@safe @frozen
public struct SessionHandover: BitwiseCopyable, Sendable {
  public var connection: EstablishedConnection
  /// A signed login request, or 0: keys never reach a hot stage.
  public let loginAddress: UInt64
  let loginCount: UInt32
  let reserved: UInt32 = 0

  public init(connection: EstablishedConnection, loginAddress: UInt64, loginCount: UInt32) {
    self.connection = connection
    self.loginAddress = loginAddress
    self.loginCount = loginCount
  }

  /// The login text, empty when there is none. Valid until the connection is given back.
  var login: UnsafeRawBufferPointer {
    // SAFETY: the Connector allocated these bytes and frees them only after it got them back.
    @_noLocks get {
      unsafe UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: UInt(loginAddress)), count: Int(loginCount))
    }
  }
}

/// Feed or Sender → Connector, 56 bytes: one ring slot.
@frozen
public struct ConnectorRequest: BitwiseCopyable, Sendable {
  public enum Kind: UInt8, BitwiseCopyable, Sendable {
    /// Free `retired`, then dial the line again.
    case replace = 1
    /// Dial a second connection; the old one is retired when the new one arrives.
    case renew = 2
    /// Free `retired`; dial nothing.
    case retire = 3
  }
  public var retired: RetiredConnection?
  public var kind: Kind
  public var line: UInt16
  public var cause: FaultCode
  /// Of the exchange's close frame; 0: there was none.
  public var closeCode: UInt16
  public let loginAddress: UInt64

  public init(
    _ kind: Kind, line: Int, cause: FaultCode, closeCode: UInt16 = 0,
    retired: RetiredConnection?, loginAddress: UInt64
  ) {
    self.kind = kind
    self.line = UInt16(truncatingIfNeeded: line)
    self.cause = cause
    self.closeCode = closeCode
    self.retired = retired
    self.loginAddress = loginAddress
  }
}

/// Builder → Feed, one ring slot: this book is not to be believed, fetch a snapshot.
@frozen
public struct ResyncRequest: BitwiseCopyable, Sendable {
  public var instrument: InstrumentID
  public var fault: FaultCode
  public var seqId: Int64

  @inlinable
  public init(instrument: InstrumentID, fault: FaultCode, seqId: Int64) {
    self.instrument = instrument
    self.fault = fault
    self.seqId = seqId
  }
}
