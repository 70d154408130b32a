// Who may ask: Host, Origin, bearer token and session cookie of a request; control plane.
import Foundation
import HTTPTypes
import Hummingbird
import Operations
import Synchronization

/// Loopback is not trust: any page in the desk's browser can reach this port, by a name of its own choosing.
final class AccessRules: Sendable {
  /// What a request has shown.
  enum Credential: Sendable {
    case none
    /// The page's cookie.
    case session(Grant)
    /// The token of the state folder.
    case bearer
  }

  let token: Secret
  let cookie: SessionCookie
  private let bindHost: String
  private let port = Mutex<Int?>(nil)

  init(token: Secret, bindHost: String) {
    self.token = token
    self.bindHost = bindHost
    cookie = SessionCookie(token: token)
  }

  /// Known once the socket is bound; until then every request is refused.
  var servedPort: Int? {
    get { port.withLock { $0 } }
    set { port.withLock { $0 = newValue } }
  }

  private var authorities: [String] {
    guard let port = servedPort else { return [] }
    var hosts = ["127.0.0.1", "localhost", "[::1]"]
    if !bindHost.isEmpty && bindHost != "0.0.0.0" && bindHost != "::" {
      hosts.append(bindHost.contains(":") ? "[\(bindHost)]" : bindHost)
    }
    return hosts.flatMap { port == 80 ? [$0, "\($0):80"] : ["\($0):\(port)"] }
  }

  /// Refuses a Host that is not ours (DNS rebinding) and an Origin that is not this page.
  func checkPlace(_ request: Request) throws(Problem) {
    guard let authority = request.head.authority, authorities.contains(authority.lowercased())
    else { throw .host }
    if let origin = request.headers[.origin],
      origin.lowercased() != "http://" + authority.lowercased()
    {
      throw .origin
    }
  }

  /// What the request shows; a wrong token is as good as none.
  func credential(of request: Request, now seconds: Int64) -> Credential {
    if let text = request.headers[.authorization] {
      guard text.lowercased().hasPrefix("bearer ") else { return .none }
      return ConstantTime.equal(String(text.dropFirst(7)), token.reveal()) ? .bearer : .none
    }
    guard let port = servedPort else { return .none }
    let prefix = SessionCookie.name(port: port) + "="
    for header in request.headers[values: .cookie] {
      for part in header.split(separator: ";") {
        let text = part.trimmingCharacters(in: .whitespaces)
        if text.hasPrefix(prefix),
          let grant = cookie.grant(String(text.dropFirst(prefix.count)), now: seconds)
        {
          return .session(grant)
        }
      }
    }
    return .none
  }
}
