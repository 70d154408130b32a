// Routes of the spine: health, sign-in, links, the event stream, a person's signal; control plane.
import Channels
import Foundation
import HTTPTypes
import Hummingbird
import Quantities

enum CoreRoutes {
  static let all: [Route] = [
    Route(.get, "/api/health", .open) { call in .json(await call.services.view.health()) },
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
    Route(.get, "/api/openapi.json") { _ in
      .text(Data(ConsoleDocument.bytes), type: "application/json")
    },
    Route(.get, "/api/events", query: ["instrument", "after"]) { call in
      try await EventStream(call.services, shows: .everything).response(to: call)
    },
    Route(.post, "/api/trade/signal", .right(.risk)) { call in
      .json(
        try await call.services.desk.publish(
          try await call.body(SignalRequest.self), person: call.caller?.person ?? ""))
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
    "\(ConsoleServer.address(port: access.servedPort ?? 0))#token=\(try links.mint(grant))"
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

/// `{"rights": ["view"], "person": "alice"}`; both may be left out.
struct LinkRequest: Codable {
  var rights: [String]?
  var person: String?

  init(rights: [String]? = nil, person: String? = nil) {
    self.rights = rights
    self.person = person
  }

  init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, ["rights", "person"])
    rights = try fields.getIfAny([String].self, "rights")
    person = try fields.getIfAny(String.self, "person")
  }

  /// Whoever holds a link that names nobody.
  static let nobody = "console"

  var grant: Grant {
    get throws(Problem) {
      guard let rights = rights.map({ ConsoleRights(words: $0) }) ?? .all else {
        throw .json("`rights` is not a list of \(ConsoleRights.words.joined(separator: ", "))")
      }
      let person = person ?? LinkRequest.nobody
      if !Grant.isPerson(person) {
        throw .json(
          "`person` is not 1 to \(Grant.personBytesMax) letters, digits, spaces or . _ - @")
      }
      return Grant(rights: rights, person: person)
    }
  }
}

struct LinkReply: Codable {
  var link: String
}
