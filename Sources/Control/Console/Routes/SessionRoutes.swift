// Routes of who asks: sign-in, the session, another link; control plane.
import Channels
import Foundation
import HTTPTypes
import Hummingbird

enum SessionRoutes {
  static let all: [Route] = [
    Route(.post, "/api/session", .open) { call in
      try signIn(try await call.body(SessionRequest.self), call)
    },
    Route(.get, "/api/session") { call in
      .json(
        SessionReply(person: call.caller?.person ?? "", rights: call.caller?.rights.words ?? []))
    },
    Route(.post, "/api/link", .token) { call in
      let grant = try (await call.bodyIfAny(LinkRequest.self) ?? LinkRequest()).grant
      return .json(LinkReply(link: try call.services.link(grant)))
    },
  ]

  private static func signIn(_ request: SessionRequest, _ call: Call) throws -> Response {
    let access = call.services.access
    guard let grant = call.services.links.redeem(request.token, at: .now()),
      let port = access.servedPort
    else { throw Problem.link }
    let cookie = try access.cookie.issue(grant, now: call.now)
    call.services.log.info(
      "signed in",
      metadata: [
        "person": "\(grant.person)", "rights": "\(grant.rights.words.joined(separator: ","))",
      ])
    var response = Response(status: .noContent)
    response.headers[.setCookie] =
      "\(SessionCookie.name(port: port))=\(cookie); HttpOnly; SameSite=Strict; Path=/; "
      + "Max-Age=\(SessionCookie.secondsMax)"
    return response
  }
}

extension ConsoleServices {
  /// The page's address with a fresh single-use token in its fragment, which no request line carries.
  func link(_ grant: Grant) throws -> String {
    "\(PageLink.address(port: access.servedPort ?? 0))#token=\(try links.mint(grant))"
  }
}

struct SessionRequest: Decodable {
  var token: String

  init(from decoder: any Decoder) throws {
    token = try StrictFields(decoder, ["token"]).get(String.self, "token")
  }
}

/// `GET /api/session`: who is signed in, and what he may do.
struct SessionReply: Encodable {
  var person: String
  var rights: [String]
}
