// One HTTP/1.1 request and its reply, whatever carries them; simulation.

public struct HTTPRequest: Sendable {
  public var method: String
  /// Path and query, as the signature covers them.
  public var target: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// The client's.
  public var address: String

  public init(
    method: String, target: String, headers: [(name: String, value: String)], body: [UInt8],
    address: String
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.address = address
  }

  /// The first of that name, in any case.
  func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

public struct HTTPReply: Sendable {
  /// A status code, or 0: the connection ends without an answer.
  public var status = HTTPReply.ok
  public var body: String
  public var contentType = "application/json"

  public static let ok = 200
  static let badRequest = 400
  static let unauthorized = 401
  static let notFound = 404
  static let methodNotAllowed = 405
  public static let payloadTooLarge = 413
  static let upgradeRequired = 426
  static let tooManyRequests = 429
  static let internalServerError = 500
  static let unavailable = 503

  public init(status: Int = HTTPReply.ok, body: String, contentType: String = "application/json") {
    self.status = status
    self.body = body
    self.contentType = contentType
  }
}
