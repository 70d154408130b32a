// Why a connection could not be made: a stable code, the step it failed in, a sentence; control plane.
import CDialing
import Quantities

/// The steps of dialling, in order.
public enum DialStep: UInt8, Sendable, CaseIterable {
  case address, resolve, connect, proxy, handshake, upgrade
  /// After the upgrade: login and the like, before the hand-over.
  case session

  var name: String {
    switch self {
    case .address: "address"
    case .resolve: "resolve"
    case .connect: "connect"
    case .proxy: "proxy"
    case .handshake: "TLS handshake"
    case .upgrade: "upgrade"
    case .session: "session"
    }
  }
}

public struct DialError: Error, Hashable, Sendable, CustomStringConvertible {
  public var code: FaultCode
  public var step: DialStep
  public var detail: String
  /// Given up on request; `code` is then `.none`.
  public var isCancelled = false

  public init(_ code: FaultCode, _ step: DialStep, _ detail: String) {
    self.code = code
    self.step = step
    self.detail = detail
  }

  static func cancelled(_ step: DialStep) -> DialError {
    var error = DialError(.none, step, "cancelled")
    error.isCancelled = true
    return error
  }

  static func timeout(_ step: DialStep) -> DialError {
    DialError(.connectTimeout, step, "the deadline passed")
  }

  static func system(_ code: FaultCode, _ step: DialStep, _ status: Int32) -> DialError {
    unsafe DialError(code, step, String(cString: cdial_error_text(-status)))
  }

  public var description: String { "\(step.name): \(detail)" }
}
