// The WebSocket close codes of RFC 6455 and of OKX; simulation.

public struct CloseCode: Equatable, Sendable {
  public var number: UInt16
  public var reason: String

  static let normal = CloseCode(number: 1000, reason: "")
  static let goingAway = CloseCode(number: 1001, reason: "The exchange stops.")
  static let protocolError = CloseCode(number: 1002, reason: "Protocol error.")
  static let invalidText = CloseCode(number: 1007, reason: "Text is not UTF-8.")
  static let tooLarge = CloseCode(number: 1009, reason: "The request is too large.")
  static let loginFailed = CloseCode(number: 4001, reason: "Login failed.")
  static let idle = CloseCode(number: 4004, reason: "No data received in 30s.")
  static let slowReader = CloseCode(number: 4005, reason: "The write buffer is full.")
  static let injected = CloseCode(number: 4006, reason: "Injected disconnect.")
}
