// One route: method, path pattern, what it demands of a request, and its handler; control plane.
import HTTPTypes
import Hummingbird

/// What a request must show before a route's handler runs.
enum RouteAccess: Sendable, Hashable {
  /// Open to whoever reaches the port.
  case open
  /// A session or the token, with this right.
  case right(ConsoleRights)
  /// The state folder's token itself; a session will not do.
  case token
}

struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws -> Response

  var method: HTTPRequest.Method
  /// Segments in braces are parameters: `/api/orders/{cl_ord_id}`.
  var pattern: String
  var access: RouteAccess
  /// Names of the query parameters that it takes; any other is refused.
  var query: [String]
  var bodyBytesMax: Int
  var handler: Handler

  static let bodyBytesStandard = 16_384

  init(
    _ method: HTTPRequest.Method, _ pattern: String, _ access: RouteAccess = .right(.view),
    query: [String] = [], bodyBytesMax: Int = Route.bodyBytesStandard,
    handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.access = access
    self.query = query
    self.bodyBytesMax = bodyBytesMax
    self.handler = handler
  }

  /// The pattern's parameters by name, still percent-encoded; nil where `path` is another's.
  func match(_ path: String) -> [String: Substring]? {
    let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
    let given = path.split(separator: "/", omittingEmptySubsequences: false)
    if wanted.count != given.count { return nil }
    var found: [String: Substring] = [:]
    for (segment, text) in zip(wanted, given) {
      if segment.hasPrefix("{") && segment.hasSuffix("}") {
        if text.isEmpty { return nil }
        found[String(segment.dropFirst().dropLast())] = text
      } else if segment != text {
        return nil
      }
    }
    return found
  }

  /// Segments without parameters: the more, the better a match.
  var literals: Int { pattern.split(separator: "/").count { !$0.hasPrefix("{") } }
}
