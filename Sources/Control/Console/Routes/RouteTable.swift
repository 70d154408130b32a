// Every route of the console, and which of them a request is for; control plane.
import HTTPTypes

/// A route as documents and tests see it.
public struct RouteListing: Sendable, Hashable {
  /// `GET`, `POST`…
  public var method: String
  public var pattern: String
  public var query: [String]
  /// The right that it needs: `view`, `edit_prompts`, `risk`; `token`; nil for an open one.
  public var right: String?
}

/// Every route of the console.
public enum RouteTable {
  static let routes: [Route] = [
    SessionRoutes.all, StatusRoutes.all, SignalRoutes.all, AgentRoutes.all, OrderRoutes.all,
    PortfolioRoutes.all, RiskRoutes.all, PromptRoutes.all,
  ].flatMap { $0 }

  public static let listing: [RouteListing] = routes.map { route in
    let right: String? =
      switch route.access {
      case .open: nil
      case .token: "token"
      case .right(let rights): rights.words.first
      }
    return RouteListing(
      method: route.method.rawValue, pattern: route.pattern, query: route.query, right: right)
  }

  enum Match {
    case found(Route, parameters: [String: Substring])
    /// The path is known, the method is not; `isOpen`: one of its routes needs no credential.
    case method(allowed: [String], isOpen: Bool)
    case none
  }

  static func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    var best: (route: Route, parameters: [String: Substring])?
    var others: [Route] = []
    for route in routes {
      guard let parameters = route.match(path) else { continue }
      guard route.method == method else {
        others.append(route)
        continue
      }
      if best.map({ route.literals > $0.route.literals }) ?? true { best = (route, parameters) }
    }
    if let best { return .found(best.route, parameters: best.parameters) }
    if others.isEmpty { return .none }
    return .method(
      allowed: Set(others.map(\.method.rawValue)).sorted(),
      isOpen: others.contains { $0.access == .open })
  }
}
