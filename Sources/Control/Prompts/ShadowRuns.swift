// Candidate prompts at work: on recorded snapshots, and beside a share of the cycles; never published; control plane.
import Foundation
import Ledger
import Logging
import Roles

/// Looks for comparisons that wait for runs, and asks their candidates.
public struct ShadowRuns: Sendable {
  private let prompts: LivePrompts
  private let roles: [Role]
  private let seat: @Sendable (Role) -> Seat
  /// Whether a role's budget carries more than its decisions.
  private let isAffordable: @Sendable (String) -> Bool
  private let log: Logger

  private static let lookMilliseconds = 1_000
  /// A candidate has more time than a cycle has: nothing waits for it.
  static let answerSeconds: Int64 = 60
  /// Snapshots that one look goes through at most.
  static let batch = 20

  public init(
    _ prompts: LivePrompts, roles: [Role], seat: @escaping @Sendable (Role) -> Seat,
    isAffordable: @escaping @Sendable (String) -> Bool, log: Logger
  ) {
    self.prompts = prompts
    self.roles = roles
    self.seat = seat
    self.isAffordable = isAffordable
    self.log = log
  }

  /// A role that reads other answers or raw news can only be asked beside the cycle that has them.
  private static func isReplayable(_ role: Role) -> Bool {
    role.inputs.isDisjoint(with: [.stances, .rawNews])
  }

  /// Until cancelled.
  public func run() async {
    while !Task.isCancelled {
      for role in roles where ShadowRuns.isReplayable(role) {
        if Task.isCancelled { return }
        await replay(role)
      }
      try? await Task.sleep(for: .milliseconds(ShadowRuns.lookMilliseconds))
    }
  }

  /// Both versions over recorded snapshots, until the comparison is complete or there are no more.
  private func replay(_ role: Role) async {
    // What is left of a budget is for decisions.
    if !isAffordable(role.id) { return }
    do {
      guard let begun = try await prompts.call({ try PromptShadow($0).running(role: role.id) })
      else { return }
      let (live, candidate, hashes) = try await prompts.call { library in
        (
          try library.version(role: role.id, begun.live),
          try library.version(role: role.id, begun.candidate),
          try library.store.recentSnapshots(
            role: role.id, shadow: begun.id, limit: ShadowRuns.batch)
        )
      }
      for hash in hashes {
        if Task.isCancelled { break }
        if try await figures(role)?.isComplete ?? true { break }
        guard let text = try await prompts.snapshot(hash: hash) else { continue }
        let snapshot = try Snapshot(stored: text)
        let (first, firstMilliseconds) = try await ask(role, snapshot, live)
        let (second, secondMilliseconds) = try await ask(role, snapshot, candidate)
        try await record(
          begun, hash, first, firstMilliseconds, second, secondMilliseconds)
      }
      if let found = try await figures(role), found.isComplete {
        log.notice(
          "a shadow is complete",
          metadata: ["role": "\(role.id)", "figures": "\(found.sentence)"])
      }
    } catch {
      log.error("a shadow cannot run", metadata: ["role": "\(role.id)", "error": "\(error)"])
    }
  }

  private func figures(_ role: Role) async throws -> ShadowFigures? {
    try await prompts.call { try $0.store.shadow(role: role.id) }
  }

  private func ask(_ role: Role, _ snapshot: Snapshot, _ version: PromptVersion) async throws
    -> (answer: RoleAnswer, milliseconds: Int64)
  {
    let seat = seat(role)
    var call = RoleCall(
      role: role, prompt: RenderedPrompt(system: "", user: "", version: 0), snapshot: snapshot,
      deadline: .now + .seconds(ShadowRuns.answerSeconds), trace: TraceContext())
    call.prompt = try PromptRenderer.render(call, version: version, for: seat.viewer)
    let begun = ContinuousClock.now
    let answer = await seat.analyst.answer(call)
    return (answer, (ContinuousClock.now - begun).milliseconds)
  }

  private func record(
    _ shadow: ShadowFigures, _ hash: String, _ live: RoleAnswer, _ liveMilliseconds: Int64,
    _ candidate: RoleAnswer, _ candidateMilliseconds: Int64
  ) async throws {
    let now = PromptLibrary.now()
    _ = try await prompts.call { library in
      try PromptShadow(library).record(
        shadow, snapshotHash: hash, live: live, liveMilliseconds: liveMilliseconds,
        candidate: candidate, candidateMilliseconds: candidateMilliseconds, at: now)
    }
  }

  /// Asks the candidate the question that the version in use has answered, where this cycle is among those
  /// that are compared.
  public func beside(
    _ asked: RoleCall, snapshotHash hash: String, live: RoleAnswer, milliseconds: Int64, seat: Seat
  ) async {
    let role = asked.role.id
    if !isAffordable(role) { return }
    do {
      let found = try await prompts.call {
        try PromptShadow($0).candidate(role: role, snapshotHash: hash)
      }
      guard let (running, version) = found, running.live == asked.prompt.version else { return }
      var call = asked
      call.deadline = .now + .seconds(ShadowRuns.answerSeconds)
      call.prompt = try PromptRenderer.render(call, version: version, for: seat.viewer)
      let begun = ContinuousClock.now
      let answer = await seat.analyst.answer(call)
      try await record(
        running, hash, live, milliseconds, answer, (ContinuousClock.now - begun).milliseconds)
    } catch {
      log.error(
        "a candidate could not be asked", metadata: ["role": "\(role)", "error": "\(error)"])
    }
  }
}
