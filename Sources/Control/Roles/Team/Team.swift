// The roles of this desk: the seven that are shipped, and its own; control plane.
import Foundation

public struct Team: Sendable {
  /// Analysts and collectors in the order in which pages list them, then decision maker and risk controller.
  public let roles: [Role]

  public static let analystsMax = 16

  public subscript(id: String) -> Role? { roles.first { $0.id == id } }

  public var analysts: [Role] { roles.filter { $0.kind == .analyst || $0.kind == .collector } }
  public var decisionMaker: Role { only(.decision) }
  public var riskController: Role { only(.risk) }

  private func only(_ kind: RoleKind) -> Role {
    guard let role = roles.first(where: { $0.kind == kind }) else {
      preconditionFailure("Invariant: a team has one role of kind \(kind.rawValue)")
    }
    return role
  }

  /// The shipped seven and what the folder adds: `NAME.role.yaml` with `NAME.prompt.yaml` beside it. A file
  /// with a shipped id replaces that role; a new id adds one.
  public init(folder: String? = nil) throws(TeamError) {
    var roles: [Role] = []
    for id in RoleID.shipped {
      guard let document = Team.shippedRoles[id], let prompt = Team.shippedPrompts[id] else {
        throw TeamError(file: id, "is not among the files of this build")
      }
      roles.append(
        try RoleReader(file: "\(id).role.yaml")
          .role(Team.text(document), prompt: Team.text(prompt)))
    }
    if let folder {
      for role in try Team.read(folder) {
        if let index = roles.firstIndex(where: { $0.id == role.id }) {
          roles[index] = role
        } else {
          roles.append(role)
        }
      }
    }
    for kind in [RoleKind.decision, .risk] {
      let count = roles.count { $0.kind == kind }
      if count != 1 {
        throw TeamError(
          file: folder ?? "roles",
          "a team has one role of kind \(kind.rawValue), this one has \(count)")
      }
    }
    let order: [RoleKind: Int] = [.analyst: 0, .collector: 0, .decision: 1, .risk: 2]
    self.roles = roles.enumerated().sorted {
      (order[$0.element.kind] ?? 0, $0.offset) < (order[$1.element.kind] ?? 0, $1.offset)
    }.map(\.element)
    if analysts.count > Team.analystsMax {
      throw TeamError(file: folder ?? "roles", "more than \(Team.analystsMax) analysts")
    }
    if analysts.isEmpty { throw TeamError(file: folder ?? "roles", "no analyst") }
  }

  private static func read(_ folder: String) throws(TeamError) -> [Role] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw TeamError(file: folder, "agents.roles_folder cannot be read")
    }
    var found: [Role] = []
    for name in names.sorted() where name.hasSuffix(".role.yaml") {
      let stem = String(name.dropLast(".role.yaml".count))
      let prompt = try file(folder + "/" + stem + ".prompt.yaml")
      found.append(
        try RoleReader(file: name).role(try file(folder + "/" + name), prompt: prompt))
    }
    return found
  }

  private static func file(_ path: String) throws(TeamError) -> String {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8), text.utf8.count <= 1 << 20
    else { throw TeamError(file: path, "cannot be read as UTF-8 text of at most 1 MiB") }
    return text
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static let shippedRoles: [String: [UInt8]] = [
    RoleID.macroTrader: PackageResources.macro_trader_role_yaml,
    RoleID.newsCollector: PackageResources.news_collector_role_yaml,
    RoleID.dataAnalyst: PackageResources.data_analyst_role_yaml,
    RoleID.technicalAnalyst: PackageResources.technical_analyst_role_yaml,
    RoleID.orderFlowAnalyst: PackageResources.order_flow_analyst_role_yaml,
    RoleID.decisionMaker: PackageResources.decision_maker_role_yaml,
    RoleID.riskController: PackageResources.risk_controller_role_yaml,
  ]

  private static let shippedPrompts: [String: [UInt8]] = [
    RoleID.macroTrader: PackageResources.macro_trader_prompt_yaml,
    RoleID.newsCollector: PackageResources.news_collector_prompt_yaml,
    RoleID.dataAnalyst: PackageResources.data_analyst_prompt_yaml,
    RoleID.technicalAnalyst: PackageResources.technical_analyst_prompt_yaml,
    RoleID.orderFlowAnalyst: PackageResources.order_flow_analyst_prompt_yaml,
    RoleID.decisionMaker: PackageResources.decision_maker_prompt_yaml,
    RoleID.riskController: PackageResources.risk_controller_prompt_yaml,
  ]
}
