// Who fills a role, and what that one may see; control plane.

/// Fills roles: rules of our own or a model. Never throws: what went wrong is an answer too.
public protocol Analyst: Sendable {
  func answer(_ call: RoleCall) async -> RoleAnswer
}

/// Who fills a role, and what that one may see.
public struct Seat: Sendable {
  public var analyst: any Analyst
  public var viewer: Viewer

  public init(_ analyst: any Analyst, seeing viewer: Viewer) {
    self.analyst = analyst
    self.viewer = viewer
  }
}
