// What a refused request is answered with: RFC 9457 problem documents that say what to do next; control plane.
import Foundation
import HTTPTypes
import Hummingbird

struct Problem: Error, Sendable {
  var status: HTTPResponse.Status
  /// Stable: an interface.
  var code: String
  var detail: String
  var headers: HTTPFields = [:]
  /// Where in a document that was sent something is wrong.
  var errors: [Place]?

  /// Line and column count from 1.
  struct Place: Encodable, Sendable, Hashable {
    var line: Int
    var column: Int
    var message: String
  }

  init(
    _ status: HTTPResponse.Status, _ code: String, _ detail: String, headers: HTTPFields = [:],
    errors: [Place]? = nil
  ) {
    self.status = status
    self.code = code
    self.detail = detail
    self.headers = headers
    self.errors = errors
  }

  static let host = Problem(
    .forbidden, "host",
    "This Host is not served here. Open the console by 127.0.0.1 or localhost and its port.")
  static let origin = Problem(
    .forbidden, "origin", "Requests from other pages are refused. Use the console's own page.")
  static let token = Problem(
    .unauthorized, "token",
    "Send `Authorization: Bearer` with the text of the file `token` in the state folder, or open the "
      + "link that `llmtrading link` prints.", headers: [.wwwAuthenticate: "Bearer"])
  static let link = Problem(
    .unauthorized, "link",
    "This link was used before or is too old. Get a new one: llmtrading link")
  static func right(_ word: String) -> Problem {
    Problem(
      .forbidden, "right",
      "This needs the right `\(word)`, which this sign-in does not have. Ask for a link with it: "
        + "llmtrading link --rights \(word)")
  }
  static let notFound = Problem(
    .notFound, "not_found", "There is no such route. GET /api/openapi.json lists them.")
  static let contentType = Problem(
    .unsupportedMediaType, "content_type", "Send the body as `Content-Type: application/json`.")
  static let failure = Problem(
    .internalServerError, "internal", "The console failed; its log says why. Try again.")

  static func method(_ methods: [String]) -> Problem {
    let allowed = methods.joined(separator: ", ")
    return Problem(
      .methodNotAllowed, "method", "This route takes \(allowed).", headers: [.allow: allowed])
  }
  static func body(bytesMax: Int) -> Problem {
    Problem(.contentTooLarge, "body_size", "Send at most \(bytesMax) bytes.")
  }
  static func query(_ reason: String) -> Problem {
    Problem(.badRequest, "query", "The query is not as asked: \(reason).")
  }
  /// A known route, and nothing under this name.
  static func unknown(_ reason: String) -> Problem {
    Problem(.notFound, "unknown", "Nothing is on record under this name: \(reason).")
  }
  static func json(_ reason: String) -> Problem {
    Problem(.badRequest, "json", "The body is not as asked: \(reason).")
  }

  private struct Document: Encodable {
    var type: String
    var title: String
    var status: Int
    var code: String
    var detail: String
    var errors: [Place]?
  }

  var response: Response {
    let document = Document(
      type: "urn:llmtrading:problem:\(code)", title: status.reasonPhrase, status: status.code,
      code: code, detail: detail, errors: errors)
    return .json(document, status: status, type: "application/problem+json", headers: headers)
  }
}

extension Response {
  /// Keys in order, so that equal answers are equal bytes.
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json",
    headers: HTTPFields = [:]
  ) -> Response {
    guard let data = try? encoded(value) else {
      return text("{}", status: .internalServerError, type: type, headers: headers)
    }
    return text(data, status: status, type: type, headers: headers)
  }

  static func encoded(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  /// What is encoded already.
  static func text(
    _ text: String, status: HTTPResponse.Status = .ok, type: String, headers: HTTPFields = [:]
  ) -> Response {
    Response.text(Data(text.utf8), status: status, type: type, headers: headers)
  }

  static func text(
    _ data: Data, status: HTTPResponse.Status = .ok, type: String, headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = type
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}
