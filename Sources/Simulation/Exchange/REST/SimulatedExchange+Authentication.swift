// The four OK-ACCESS headers and what is wrong with them; simulation.

extension SimulatedExchange {
  /// A signature's time stamp may differ from ours by this.
  static let signatureWindowMilliseconds: Int64 = 30_000

  /// The refusal of a request that is not signed as docs/OKX.md OKX-170 asks, nil for one that is.
  func authenticationFault(_ request: RESTRequest) -> HTTPReply? {
    func refused(_ code: String, _ message: String) -> HTTPReply {
      logger.info("request refused", metadata: ["code": "\(code)", "path": "\(request.path)"])
      return RESTReply.refused(code, message, status: HTTPReply.unauthorized)
    }
    let key = request.header("OK-ACCESS-KEY")
    let passphrase = request.header("OK-ACCESS-PASSPHRASE")
    let sign = request.header("OK-ACCESS-SIGN")
    let stamp = request.header("OK-ACCESS-TIMESTAMP")
    if key.isEmpty { return refused("50103", "Request header OK-ACCESS-KEY can not be empty.") }
    if passphrase.isEmpty {
      return refused("50104", "Request header OK-ACCESS-PASSPHRASE can not be empty.")
    }
    if sign.isEmpty { return refused("50106", "Request header OK-ACCESS-SIGN can not be empty.") }
    if stamp.isEmpty {
      return refused("50107", "Request header OK-ACCESS-TIMESTAMP can not be empty.")
    }
    guard let milliseconds = Signature.milliseconds(ofISO: stamp) else {
      return refused("50112", "Invalid OK-ACCESS-TIMESTAMP")
    }
    let skew = (clock.wallMilliseconds() - milliseconds).magnitude
    if skew > SimulatedExchange.signatureWindowMilliseconds.magnitude {
      return refused("50102", "Timestamp request expired")
    }
    let credentials = options.credentials
    if key != credentials.key { return refused("50119", "API key doesn't exist") }
    if passphrase != credentials.passphrase {
      return refused("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.")
    }
    let body = String(decoding: request.raw.body, as: UTF8.self)
    let text = stamp + request.method + request.raw.target + body
    if !Signature.isValid(sign, for: text, secret: credentials.secret) {
      return refused("50113", "Invalid Sign")
    }
    // A key is made for live or for demo trading (docs/OKX.md OKX-003).
    if options.requireDemoHeader != (request.header("x-simulated-trading") == "1") {
      return refused("50101", "APIKey does not match current environment.")
    }
    return nil
  }
}
