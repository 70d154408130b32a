// Who fills the roles: the configured models, in their order, or nobody; control plane.
import Account
import Channels
import Foundation
import Logging
import Operations
import Quantities
import Roles

/// What a console needs to ask models; made once.
public struct ModelSeats: Sendable {
  public let roster: ModelRoster
  public let client: ModelClient
  private let analyst: ModelAnalyst
  private let share: AccountShare
  private static let microsPerCent: Int64 = 10_000

  /// Nil where no endpoint is configured: the roles are filled by rules. `spentToday` is what the ledger says
  /// of this UTC day by role, in millionths of a US dollar; `cassetteFolder` holds replies where none is configured.
  public init?(
    _ configuration: Configuration, spentToday: [String: Int64], cassetteFolder: String,
    proxy: RESTProxy?, log: Logger,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let llm = configuration.llm
    if llm.endpoints.isEmpty { return nil }
    let names = llm.order.isEmpty ? llm.endpoints.keys.sorted() : llm.order
    for (name, endpoint) in llm.endpoints {
      if let text = endpoint.peakUTC, PeakHours(text, permille: endpoint.peakPermille) == nil {
        throw OperationsError.credentials(
          "llm.endpoints.\(name).peak_utc: \(text) is not HH:MM-HH:MM, more with commas between")
      }
    }
    let endpoints = try names.compactMap { name -> ModelEndpoint? in
      guard let given = llm.endpoints[name] else { return nil }
      let key = try ModelSeats.key(of: given, environment)
      if let key { LogRedaction.register(key) }
      return ModelEndpoint(
        name: name, base: given.url ?? "", model: given.model ?? "", key: key,
        isStreaming: given.streaming, hasTools: given.tools, hasJSONMode: given.jsonMode,
        maxTokens: Int(clamping: given.maxTokens),
        price: given.promptMicros.map {
          ModelPrice(
            prompt: $0, cachedPrompt: given.cachedPromptMicros ?? $0,
            completion: given.completionMicros ?? $0)
        }, peak: given.peakUTC.flatMap { PeakHours($0, permille: given.peakPermille) })
    }
    roster = ModelRoster(
      endpoints,
      budgets: ModelBudgets(
        dailyMicros: llm.dayBudgetCents * ModelSeats.microsPerCent,
        roleMicros: llm.roles.compactMapValues {
          $0.dayBudgetCents.map { $0 * ModelSeats.microsPerCent }
        }, thriftPermille: llm.thriftPermille), spentToday: spentToday,
      now: WallMilliseconds.now().milliseconds)
    client = try ModelClient(
      proxy: proxy?.setting, caFile: llm.caFile, silenceMilliseconds: llm.silenceMilliseconds)
    let cassette =
      llm.cassette == .off
      ? nil : try ModelCassette(llm.cassette, folder: llm.cassetteFolder ?? cassetteFolder)
    if llm.cassette == .replay {
      log.warning("models are not asked: their replies come from a cassette")
    }
    analyst = ModelAnalyst(roster: roster, client: client, cassette: cassette, log: log)
    share = llm.shareAccount
    for endpoint in endpoints where endpoint.price == nil {
      log.warning(
        "a model has no price: each token counts as the dearest there is",
        metadata: ["endpoint": "\(endpoint.name)", "model": "\(endpoint.model)"])
    }
  }

  public func thrift(_ role: String) -> Thrift {
    roster.thrift(of: role, now: WallMilliseconds.now().milliseconds)
  }

  public func seat(_ role: Role) -> Seat { Seat(analyst, seeing: .model(share)) }

  private static func key(
    of endpoint: Configuration.LLM.Endpoint, _ environment: [String: String]
  ) throws(OperationsError) -> Secret? {
    if let file = endpoint.keyFile {
      let text = String(decoding: try PrivateFile.read(file), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      return try checked(text, "llm.endpoints.*.key_file")
    }
    guard let variable = endpoint.keyVariable else { return nil }
    guard let text = environment[variable] else {
      throw .credentials("environment variable \(variable) is not set")
    }
    return try checked(text, variable)
  }

  private static func checked(_ text: String, _ name: String) throws(OperationsError) -> Secret {
    guard !text.isEmpty, text.utf8.count <= 512,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw .credentials("\(name) is empty or not printable ASCII") }
    return Secret(text)
  }
}
