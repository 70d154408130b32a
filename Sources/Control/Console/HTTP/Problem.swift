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

  init(
    _ status: HTTPResponse.Status, _ code: String, _ detail: String, headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code
    self.detail = detail
    self.headers = headers
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
  static let notFound = Problem(
    .notFound, "not_found", "There is no such route. The API is described in docs/ARCHITECTURE.md.")
  static let contentType = Problem(
    .unsupportedMediaType, "content_type", "Send the body as `Content-Type: application/json`.")
  static let failure = Problem(
    .internalServerError, "internal", "The console failed; its log says why. Try again.")

  static func method(_ allowed: String) -> Problem {
    Problem(
      .methodNotAllowed, "method", "This route takes \(allowed).", headers: [.allow: allowed])
  }
  static func body(bytesMax: Int) -> Problem {
    Problem(.contentTooLarge, "body_size", "Send at most \(bytesMax) bytes.")
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
  }

  var response: Response {
    let document = Document(
      type: "urn:llmtrading:problem:\(code)", title: status.reasonPhrase, status: status.code,
      code: code, detail: detail)
    return .json(document, status: status, type: "application/problem+json", headers: headers)
  }
}

extension Response {
  /// Keys in order, so that equal answers are equal bytes.
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json",
    headers: HTTPFields = [:]
  ) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
    var headers = headers
    headers[.contentType] = type
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}
