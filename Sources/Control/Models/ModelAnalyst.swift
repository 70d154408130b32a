// Fills a role by a model: strict tool, then JSON mode, then one repair, then no decision; control plane.
import Channels
import Foundation
import JSON
import Ledger
import Logging
import Quantities
import Roles

/// Fails closed: an answer is used only when it is of the role's schema and names nothing that the snapshot
/// does not hold. Nothing is ever read out of free text, and there is no default answer.
public struct ModelAnalyst: Analyst {
  private let roster: ModelRoster
  private let client: ModelClient
  private let log: Logger
  private let cassette: ModelCassette?

  /// Between two tries of one endpoint that may go well a moment later.
  private static let retryMilliseconds: Int64 = 400
  private static let triesMax = 2

  public init(
    roster: ModelRoster, client: ModelClient, cassette: ModelCassette? = nil, log: Logger
  ) {
    self.cassette = cassette
    self.roster = roster
    self.client = client
    self.log = log
  }

  public func answer(_ call: RoleCall) async -> RoleAnswer {
    var answer = RoleAnswer(outcome: .noDecision, source: "model")
    var isAsked = false
    for index in roster.endpoints.indices where roster.admits(index) {
      let endpoint = roster.endpoints[index]
      answer.source = endpoint.name
      answer.requestedModel = call.prompt.parameters.model ?? endpoint.model
      isAsked = true
      let fault = await climb(call, index, endpoint, &answer)
      guard let fault else { return answer }
      answer.outcome = .noDecision
      answer.output = nil
      answer.reason = fault.rawValue
      // A model that answers badly will do so again; another endpoint is for one that is not there.
      if fault.isOfReply || [.deadline, .budget, .notKept].contains(fault) { break }
    }
    if !isAsked {
      answer.reason = ModelFault.refusedHere.rawValue
      answer.attempts.append(
        Attempt(
          rung: "none", source: "model", result: ModelFault.refusedHere.rawValue,
          detail: roster.isSafe ? "safe mode: a provider has no balance" : "every breaker is open"))
    }
    return answer
  }

  /// The rungs of one endpoint. Nil: `answer` stands.
  private func climb(
    _ call: RoleCall, _ index: Int, _ endpoint: ModelEndpoint, _ answer: inout RoleAnswer
  ) async -> ModelFault? {
    var last = ModelFault.refusedHere
    var complaint = "it was not the JSON object asked for"
    var rungs: [ModelRung] = []
    if endpoint.hasTools { rungs.append(.strictTool) }
    rungs += [.jsonMode, .repair]
    for rung in rungs {
      let request = ChatRequest(
        rung: rung, prompt: call.prompt, schema: call.role.schema,
        complaint: rung == .repair ? complaint : nil)
      let body = request.body(endpoint)
      answer.parameters = ModelAnalyst.parameters(body, request)
      let started = ContinuousClock.now
      let result = await ask(body, index, endpoint, call, &answer)
      var detail = ""
      var fault: ModelFault?
      switch result {
      case .failure(let found): fault = found
      case .success(let reply):
        answer.rawReply = reply.raw
        answer.returnedModel = reply.model
        answer.fingerprint = reply.fingerprint
        do throws(ModelFault) {
          let value = try reply.answer(of: rung, schema: call.role.schema)
          do throws(SchemaViolation) {
            take(try call.role.schema.validate(value), rung, call, &answer)
          } catch {
            detail = error.description
            complaint = error.description
            fault = .schema
          }
        } catch { fault = error }
      }
      let outcome = fault?.rawValue ?? "ok"
      answer.attempts.append(
        Attempt(
          rung: rung.rawValue, source: endpoint.name, result: outcome, detail: detail,
          milliseconds: (ContinuousClock.now - started).milliseconds))
      roster.count(rung: "\(rung.rawValue):\(outcome)")
      guard let fault else { return nil }
      last = fault
      // A request that was not understood may be so for its tool: it is asked once more without one.
      let isWithoutTool = fault == .badRequest && rung == .strictTool
      if !fault.isOfReply && !isWithoutTool { return fault }
      if ContinuousClock.now >= call.deadline { return .deadline }
    }
    return last
  }

  /// A validated answer: grounded or quarantined, an abstention or not.
  private func take(
    _ value: JSONValue, _ rung: ModelRung, _ call: RoleCall, _ answer: inout RoleAnswer
  ) {
    let missing = Grounding.check(value, call.role.schema, call.facts)
    answer.grounding = Grounding.json(missing)
    if let first = missing.first {
      answer.outcome = .quarantined
      answer.reason =
        "\(first.path) names a \(first.ground.rawValue) that the snapshot does not hold"
      answer.output = nil
      return
    }
    answer.output = value
    if call.role.schema.isAbstention(value) {
      answer.outcome = .abstained
      answer.reason = value["reason"]?.string ?? ""
    } else {
      answer.outcome = rung == .repair ? .repaired : .valid
      answer.reason = ""
    }
  }

  private func ask(
    _ body: JSONValue, _ index: Int, _ endpoint: ModelEndpoint, _ call: RoleCall,
    _ answer: inout RoleAnswer
  ) async -> Result<ChatReply, ModelFault> {
    if let cassette, cassette.mode == .replay {
      guard let reply = cassette.reply(to: body, of: endpoint) else {
        return .failure(.notRecorded)
      }
      // Usage is what it was then; a replay costs nothing.
      answer.usage = answer.usage + reply.usage
      return .success(reply)
    }
    for attempt in 1...ModelAnalyst.triesMax {
      let now = WallMilliseconds.now().milliseconds
      let most = call.prompt.parameters.maxTokens ?? endpoint.maxTokens
      guard
        let reserved = roster.reserve(
          endpoint, for: call.role.id, promptBytes: body.canonical.utf8.count, maxTokens: most,
          now: now)
      else { return .failure(.budget) }
      do throws(ModelFault) {
        let reply = try await client.ask(
          body, of: endpoint, trace: call.trace, until: call.deadline)
        answer.costMicros += roster.settle(reserved, reply.usage)
        answer.usage = answer.usage + reply.usage
        roster.note(nil, of: index)
        do { try await cassette?.keep(reply, to: body, of: endpoint) } catch {
          log.error("a reply cannot be recorded", metadata: ["error": "\(error)"])
          return .failure(.notKept)
        }
        return .success(reply)
      } catch {
        // What was refused before it was read costs nothing; anything else may have been worked on.
        let isFree = [.badURL, .badRequest, .unauthorized, .noBalance, .notFound, .rateLimited]
          .contains(error)
        answer.costMicros += roster.settle(reserved, nil, isFree: isFree)
        roster.note(error, of: index)
        let jitter = ModelAnalyst.retryMilliseconds * Int64.random(in: 50...150) / 100
        let pause = client.rest(of: endpoint).milliseconds + jitter
        let isWorthwhile =
          error.isPassing && attempt < ModelAnalyst.triesMax
          && ContinuousClock.now + .milliseconds(pause) < call.deadline
        if !isWorthwhile { return .failure(error) }
        try? await Task.sleep(for: .milliseconds(pause))
      }
    }
    return .failure(.unreachable)
  }

  /// What was sent beside the messages, and what the endpoint will not heed.
  private static func parameters(_ body: JSONValue, _ request: ChatRequest) -> JSONValue {
    var fields = body.object ?? [:]
    fields["messages"] = nil
    fields["tools"] = nil
    let ignored = request.ignored()
    if !ignored.isEmpty { fields["warnings"] = .array(ignored.map { .string($0) }) }
    return .object(fields)
  }
}

extension TokenUsage {
  static func + (one: TokenUsage, other: TokenUsage) -> TokenUsage {
    var sum = one
    sum.promptTokens += other.promptTokens
    sum.completionTokens += other.completionTokens
    sum.cacheHitTokens += other.cacheHitTokens
    sum.cacheMissTokens += other.cacheMissTokens
    sum.reasoningTokens += other.reasoningTokens
    return sum
  }
}
