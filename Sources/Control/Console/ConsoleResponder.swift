// From a request to its route: place, credential, right, query; every answer leaves with the same headers; control plane.
import Channels
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Quantities

struct ConsoleResponder: HTTPResponder {
  typealias Context = ConsoleContext

  let services: ConsoleServices

  func respond(to request: Request, context: ConsoleContext) async throws -> Response {
    var response: Response
    do {
      response = try await answer(request, context)
    } catch let problem as Problem {
      response = problem.response
    } catch {
      services.log.error(
        "a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      response = Problem.failure.response
    }
    for (name, value) in SecurityHeaders.all { response.headers[name] = value }
    return response
  }

  /// Refuses by default: a route that is not `open` needs a credential, and so does a path that is none.
  private func answer(_ request: Request, _ context: ConsoleContext) async throws -> Response {
    let access = services.access
    try access.checkPlace(request)
    let path = request.uri.path
    let now = WallMilliseconds.now().milliseconds / 1_000
    if let file = PageFiles.response(for: path) {
      if request.method != .get { throw Problem.method(["GET"]) }
      if path == "/" { services.links.pageRequested(at: .now()) }
      return file
    }
    let match = RouteTable.match(request.method, path)
    if case .method(let allowed, isOpen: true) = match { throw Problem.method(allowed) }
    var caller: Caller?
    if case .found(let route, _) = match, route.access == .open {
      caller = nil
    } else {
      caller = try admit(request, access.credential(of: request, now: now), match)
    }
    switch match {
    case .none: throw Problem.notFound
    case .method(let allowed, _): throw Problem.method(allowed)
    case .found(let route, let encoded):
      var parameters: [String: String] = [:]
      for (name, text) in encoded {
        guard let decoded = text.removingPercentEncoding, !decoded.contains("\0") else {
          throw Problem.unknown("`\(name)` is not percent-encoded UTF-8")
        }
        parameters[name] = decoded
      }
      let call = Call(
        request: request, context: context, services: services, route: route,
        parameters: parameters, query: try QueryItems(request.uri.query, allowed: route.query),
        caller: caller, now: now)
      return try await route.handler(call)
    }
  }

  /// Who asks, once he has shown what the route demands.
  private func admit(
    _ request: Request, _ credential: AccessRules.Credential, _ match: RouteTable.Match
  ) throws(Problem) -> Caller {
    let caller: Caller
    switch credential {
    case .none: throw .token
    case .bearer: caller = Caller(rights: .all, person: "token")
    case .session(let grant):
      // A browser always says where a POST comes from; SameSite alone knows no ports.
      if request.method != .get && request.headers[.origin] == nil { throw .origin }
      caller = Caller(rights: grant.rights, person: grant.person)
    }
    guard case .found(let route, _) = match else { return caller }
    switch route.access {
    case .open: break
    case .token: if case .session = credential { throw .token }
    case .right(let right):
      if !caller.rights.isSuperset(of: right) { throw .right(right.words.first ?? "view") }
    }
    return caller
  }
}
