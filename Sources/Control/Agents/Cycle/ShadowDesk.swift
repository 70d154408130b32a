// Candidate prompts at work: on recorded snapshots, and beside a share of the cycles; never published; control plane.
import Foundation
import Ledger
import Logging
import Prompts
import Roles

/// Looks for comparisons that wait for runs over recorded snapshots.
struct ShadowDesk: Sendable {
  private let parts: CycleParts

  private static let lookMilliseconds = 1_000
  /// A candidate has more time than a cycle has: nothing waits for it.
  static let answerSeconds: Int64 = 60

  init(_ parts: CycleParts) { self.parts = parts }

  /// A role that reads other answers or raw news can only be asked beside the cycle that has them.
  private static func isReplayable(_ role: Role) -> Bool {
    role.inputs.isDisjoint(with: [.stances, .rawNews])
  }

  /// Until cancelled.
  func run() async {
    guard let shadow = parts.shadow else { return }
    while !Task.isCancelled {
      for role in parts.team.roles where ShadowDesk.isReplayable(role) {
        if Task.isCancelled { return }
        await replay(role, shadow)
      }
      try? await Task.sleep(for: .milliseconds(ShadowDesk.lookMilliseconds))
    }
  }

  private func replay(_ role: Role, _ shadow: PromptShadow) async {
    // What is left of a budget is for decisions.
    if parts.thrift(role.id) != .ample { return }
    do {
      guard try shadow.running(role: role.id) != nil else { return }
      let seat = parts.seat(role)
      let parts = parts
      let fill = { @Sendable (hash: String, version: PromptVersion) throws -> RoleCall? in
        guard let text = try parts.store.ledger.snapshot(hash: hash) else { return nil }
        var call = RoleCall(
          role: role, prompt: RenderedPrompt(system: "", user: "", version: 0),
          snapshot: try Snapshot(stored: text),
          deadline: .now + .seconds(ShadowDesk.answerSeconds), trace: TraceContext())
        call.prompt = try parts.prompts.render(call, version: version, for: seat.viewer)
        return call
      }
      let figures = try await shadow.replay(
        role: role.id, analyst: seat.analyst, clock: { WallClock.now() }, call: fill)
      if figures.isComplete {
        parts.log.notice(
          "a shadow is complete",
          metadata: ["role": "\(role.id)", "figures": "\(figures.sentence)"])
      }
    } catch {
      parts.log.error(
        "a shadow cannot run", metadata: ["role": "\(role.id)", "error": "\(error)"])
    }
  }
}

extension CycleRun {
  /// Asks the candidate the same question after the one in use has answered. The cycle does not wait for it.
  func besideLive(_ asked: RoleCall, _ live: RoleAnswer, _ latency: Int64, _ seat: Seat) {
    guard let shadow = parts.shadow, parts.thrift(asked.role.id) == .ample else { return }
    let parts = parts
    let hash = snapshotHash
    parts.tasks.run {
      do {
        guard
          let (running, version) = try shadow.candidate(
            role: asked.role.id, snapshotHash: hash), running.live == asked.prompt.version
        else { return }
        var call = asked
        call.deadline = .now + .seconds(ShadowDesk.answerSeconds)
        call.prompt = try parts.prompts.render(call, version: version, for: seat.viewer)
        let begun = ContinuousClock.now
        let answer = await seat.analyst.answer(call)
        _ = try shadow.record(
          running, snapshotHash: hash, live: live, liveMilliseconds: latency, candidate: answer,
          candidateMilliseconds: (ContinuousClock.now - begun).milliseconds, at: WallClock.now())
      } catch {
        parts.log.error(
          "a candidate could not be asked",
          metadata: ["role": "\(asked.role.id)", "error": "\(error)"])
      }
    }
  }
}
