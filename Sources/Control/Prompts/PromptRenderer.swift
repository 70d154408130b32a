// The prompt in use, filled in for one call; control plane.
import JSON
import Ledger
import News
import Roles

/// Reads the live version for every call, so that a save acts on the next one.
public struct PromptRenderer: Sendable {
  private let live: LivePrompts

  public init(_ live: LivePrompts) { self.live = live }

  /// Throws where the live prompt cannot be read; the role then makes no decision.
  public func render(_ call: RoleCall, for viewer: Viewer) async throws -> RenderedPrompt {
    try PromptRenderer.render(
      call, version: try await live.live(role: call.role.id), for: viewer)
  }

  /// - Parameter version: nil: the shipped prompt.
  public static func render(_ call: RoleCall, version: PromptVersion?, for viewer: Viewer) throws
    -> RenderedPrompt
  {
    let text = version?.text ?? call.role.defaultPrompt
    let document = try PromptDocument(
      parsing: text, format: version?.format ?? .yaml, role: call.role.id, inputs: call.role.inputs)
    return RenderedPrompt(
      system: document.system(call.role.schema), user: PromptRenderer.user(call, for: viewer),
      version: version?.version ?? 0, parameters: document.parameters)
  }

  /// What changes from call to call, after everything that does not.
  public static func user(_ call: RoleCall, for viewer: Viewer) -> String {
    let item = call.snapshot.instrument
    var parts = [
      """
      Instrument \(item.id). Prices in \(item.quote) per unit, sizes in lots (one lot is \(item.lotSize)), \
      times in Unix milliseconds. Series and bars run from oldest to newest. What is absent is not known.
      SNAPSHOT
      \(call.snapshot.view(of: call.role.inputs, for: viewer).canonical)
      """
    ]
    if call.role.inputs.contains(.stances) && !call.upstream.isEmpty {
      parts.append("ANSWERS OF THE ROLES BEFORE YOU\n" + upstream(call.upstream).canonical)
    }
    if call.role.inputs.contains(.rawNews) {
      parts.append(
        NewsEnvelope.render(
          call.news, now: call.snapshot.takenAt, salt: call.snapshot.hash))
    }
    return parts.joined(separator: "\n")
  }

  static func upstream(_ outputs: [RoleOutput]) -> JSONValue {
    .array(
      outputs.map { output in
        [
          "role": .string(output.role), "kind": .string(output.kind.rawValue),
          "weight_cap": .integer(Int64(output.weightCap)),
          "age_seconds": .integer(output.ageMilliseconds / 1_000), "answer": output.output,
        ]
      })
  }
}
