// Every route in one place, each with what it demands of a request; control plane.
import Channels
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Operations
import Quantities

struct ConsoleResponder: HTTPResponder {
  typealias Context = ConsoleContext

  let access: AccessRules
  let links: LinkTokens
  let hub: EventHub
  let view: StateView
  let desk: DeskDoor
  let log: Logger

  static let bodyBytesMax = 16_384

  func respond(to request: Request, context: ConsoleContext) async throws -> Response {
    var response: Response
    do {
      response = try await answer(request, context)
    } catch let problem as Problem {
      response = problem.response
    } catch {
      log.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      response = Problem.failure.response
    }
    for (name, value) in ConsoleResponder.securityHeaders { response.headers[name] = value }
    return response
  }

  private static let securityHeaders: [(HTTPField.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    (.xContentTypeOptions, "nosniff"),
    (.cacheControl, "no-store"),
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
    (HTTPField.Name("X-Frame-Options")!, "DENY"),
    (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
    (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
  ]

  /// Refuses by default: what is not named here as open needs a credential.
  private func answer(_ request: Request, _ context: ConsoleContext) async throws -> Response {
    try access.checkPlace(request)
    let path = request.uri.path
    let now = WallMilliseconds.now().milliseconds / 1_000
    // Open to whoever reaches the port.
    if let file = PageFiles.response(for: path) {
      try demand(.get, of: request)
      if path == "/" { links.pageRequested(at: .now()) }
      return file
    }
    switch path {
    case "/api/health":
      try demand(.get, of: request)
      return .json(await view.health())
    case "/api/session":
      try demand(.post, of: request)
      return try signIn(try await body(of: request, SessionRequest.self), now)
    default: break
    }
    let credential = access.credential(of: request, now: now)
    if credential == .none { throw Problem.token }
    switch path {
    case "/api/events":
      try demand(.get, of: request)
      return try await EventStream(hub: hub, view: view, log: log).response(to: request, context)
    case "/api/trade/signal":
      try demand(.post, of: request)
      // A browser always says where a POST comes from; SameSite alone knows no ports.
      if credential == .session && request.headers[.origin] == nil { throw Problem.origin }
      return .json(try await desk.publish(try await body(of: request, SignalRequest.self)))
    case "/api/link":
      try demand(.post, of: request)
      if credential != .bearer { throw Problem.token }
      return .json(LinkReply(link: try link()))
    default:
      throw Problem.notFound
    }
  }

  /// The page's address with a fresh single-use token in its fragment, which no request line carries.
  func link() throws -> String {
    "\(ConsoleServer.address(port: access.servedPort ?? 0))#token=\(try links.mint())"
  }

  private func signIn(_ request: SessionRequest, _ now: Int64) throws -> Response {
    guard links.redeem(request.token, at: .now()), let port = access.servedPort else {
      throw Problem.link
    }
    let cookie = try access.cookie.issue(now: now)
    var response = Response(status: .noContent)
    response.headers[.setCookie] =
      "\(SessionCookie.name(port: port))=\(cookie); HttpOnly; SameSite=Strict; Path=/; "
      + "Max-Age=\(SessionCookie.secondsMax)"
    return response
  }

  private func demand(_ method: HTTPRequest.Method, of request: Request) throws(Problem) {
    if request.method != method { throw .method(method.rawValue) }
  }

  private func body<Value: Decodable>(of request: Request, _ type: Value.Type) async throws
    -> Value
  {
    let media = request.headers[.contentType]?.split(separator: ";").first?
      .trimmingCharacters(in: .whitespaces).lowercased()
    if media != "application/json" { throw Problem.contentType }
    let bytesMax = ConsoleResponder.bodyBytesMax
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bytesMax {
      throw Problem.body(bytesMax: bytesMax)
    }
    var data = Data()
    for try await piece in request.body {
      if data.count + piece.readableBytes > bytesMax { throw Problem.body(bytesMax: bytesMax) }
      data.append(contentsOf: piece.readableBytesView)
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw Problem.json(error.sentence)
    }
  }
}

struct SessionRequest: Decodable {
  var token: String
}

struct LinkReply: Codable {
  var link: String
}

extension DecodingError {
  /// What is wrong, and where.
  var sentence: String {
    func place(_ context: Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "" : " at `\(path)`"
    }
    return switch self {
    case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
    case .typeMismatch(_, let context): "wrong type" + place(context)
    case .valueNotFound(_, let context): "no value" + place(context)
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON object" : context.debugDescription + place(context)
    @unknown default: "it cannot be read"
    }
  }
}
