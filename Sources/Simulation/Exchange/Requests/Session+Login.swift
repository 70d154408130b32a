// Logging in on a WebSocket (docs/OKX.md, Login); simulation.

extension Session {
  /// A login's time stamp may differ from ours by this.
  static let loginWindowSeconds: Int64 = 30

  func login(_ request: RequestEnvelope, in exchange: SimulatedExchange) {
    if isLoggedIn {
      sendError("60031", "Repeated login on one connection is not supported", id: request.id)
      return
    }
    if let (code, message) = loginFault(request, in: exchange) {
      exchange.logger.info("login refused", metadata: ["code": "\(code)"])
      sendError(code, message, id: request.id)
      connection.close(.loginFailed)
      return
    }
    isLoggedIn = true
    send(
      "{\(idMember(request.id))\"event\":\"login\",\"code\":\"0\",\"msg\":\"\","
        + "\"connId\":\"\(identifier)\"}")
  }

  private func loginFault(_ request: RequestEnvelope, in exchange: SimulatedExchange) -> (
    String, String
  )? {
    if request.arguments.count != 1 { return ("60031", "Only one account may log in") }
    let argument = request.arguments[0]
    guard case .object = argument, let key = argument.text("apiKey"),
      let passphrase = argument.text("passphrase"),
      let stamp = argument.loose("timestamp"), let sign = argument.text("sign")
    else { return ("60009", "Login failed.") }
    if key.isEmpty { return ("60005", "Invalid apiKey") }
    if passphrase.isEmpty { return ("60027", "Parameter passphrase can not be empty") }
    guard let seconds = Int64(stamp), seconds >= 0 else { return ("60004", "Invalid timestamp") }
    let now = exchange.clock.wallMilliseconds() / 1_000
    let (difference, overflowed) = now.subtractingReportingOverflow(seconds)
    if overflowed || difference.magnitude > Session.loginWindowSeconds.magnitude {
      return ("60006", "Timestamp request expired")
    }
    let credentials = exchange.options.credentials
    if key != credentials.key { return ("60032", "API key doesn't exist") }
    if passphrase != credentials.passphrase { return ("60024", "Wrong passphrase") }
    let text = stamp + "GET" + "/users/self/verify"
    if !Signature.isValid(sign, for: text, secret: credentials.secret) {
      return ("60007", "Invalid sign")
    }
    return nil
  }
}
