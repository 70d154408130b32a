// The endpoints in their order, each with a breaker; and the money that may be spent; control plane.
import Ledger
import Synchronization

/// Opens after failures in a row, lets one call through after a while, closes when that went well.
struct Breaker: Sendable {
  private var failures = 0
  private var openUntil: ContinuousClock.Instant?

  static let failuresMax = 3
  static let pause: Duration = .seconds(30)

  mutating func allows(_ now: ContinuousClock.Instant) -> Bool {
    guard let openUntil else { return true }
    if now < openUntil { return false }
    // One probe: the next has to wait for its outcome.
    self.openUntil = now + Breaker.pause
    return true
  }

  mutating func note(_ fault: ModelFault?, _ now: ContinuousClock.Instant) {
    // A reply that is not what was asked for shows that the endpoint is there.
    if fault == nil || fault?.isOfReply == true {
      self = Breaker()
      return
    }
    failures += 1
    if failures >= Breaker.failuresMax { openUntil = now + Breaker.pause }
  }
}

/// Shared by all roles.
public final class ModelRoster: Sendable {
  public let endpoints: [ModelEndpoint]
  private struct State {
    var breakers: [Breaker]
    var purse: ModelPurse
    var isSafe = false
    var faults: [ModelFault: Int] = [:]
    var rungs: [String: Int] = [:]
  }
  private let state: Mutex<State>

  /// What is taken for a model without a price: dear on purpose.
  public static let unknownPrice = ModelPrice(
    prompt: 20_000_000, cachedPrompt: 20_000_000, completion: 80_000_000)

  /// - Parameters:
  ///   - spentToday: what the ledger says was spent since midnight UTC, by role.
  ///   - now: Unix milliseconds.
  public init(
    _ endpoints: [ModelEndpoint], budgets: ModelBudgets, spentToday: [String: Int64] = [:],
    now: Int64
  ) {
    self.endpoints = endpoints
    state = Mutex(
      State(
        breakers: endpoints.map { _ in Breaker() },
        purse: ModelPurse(budgets, spent: spentToday, now: now)))
  }

  /// A provider without balance: no more calls until a person starts the console anew.
  public var isSafe: Bool { state.withLock { $0.isSafe } }
  /// Of the day, settled.
  public var spentMicros: Int64 { state.withLock { $0.purse.spentMicros } }
  public var faults: [ModelFault: Int] { state.withLock { $0.faults } }
  public var rungs: [String: Int] { state.withLock { $0.rungs } }

  /// Whether the endpoint is asked now. Of a breaker that waits it takes the one probe.
  func admits(_ index: Int) -> Bool {
    state.withLock { state in !state.isSafe && state.breakers[index].allows(.now) }
  }

  func note(_ fault: ModelFault?, of index: Int) {
    state.withLock { state in
      state.breakers[index].note(fault, .now)
      if let fault { state.faults[fault, default: 0] += 1 }
      if fault == .noBalance { state.isSafe = true }
    }
  }

  func count(rung: String) { state.withLock { $0.rungs[rung, default: 0] += 1 } }

  // ---- Money ----

  static func cost(_ usage: TokenUsage, _ price: ModelPrice) -> Int64 {
    func part(_ tokens: Int, _ micros: Int64) -> Int64 {
      Int64(clamping: (Int128(max(0, tokens)) * Int128(micros) + 999_999) / 1_000_000)
    }
    let miss = max(0, usage.promptTokens - usage.cacheHitTokens)
    return part(miss, price.prompt) + part(usage.cacheHitTokens, price.cachedPrompt)
      + part(usage.completionTokens, price.completion)
  }

  /// Reserves the dearest that a call can become: a token a byte of the prompt, and all of `maxTokens`. Nil
  /// when a budget does not hold it.
  func reserve(
    _ endpoint: ModelEndpoint, for role: String, promptBytes: Int, maxTokens: Int, now: Int64
  ) -> ModelReservation? {
    var usage = TokenUsage()
    usage.promptTokens = promptBytes
    usage.completionTokens = maxTokens
    let price = (endpoint.price ?? ModelRoster.unknownPrice).at(now, peak: endpoint.peak)
    let worst = ModelRoster.cost(usage, price)
    let isHeld = state.withLock { $0.purse.reserve(worst, for: role, now: now) }
    return isHeld ? ModelReservation(role: role, micros: worst, price: price) : nil
  }

  /// Replaces a reservation by what was used; without usage the whole reservation counts, unless the call
  /// was free. Answers the cost.
  func settle(_ held: ModelReservation, _ usage: TokenUsage?, isFree: Bool = false) -> Int64 {
    let known = usage.flatMap { $0.promptTokens > 0 ? $0 : nil }
    let whole = isFree ? 0 : held.micros
    let cost = known.map { ModelRoster.cost($0, held.price) } ?? whole
    state.withLock { $0.purse.settle(held.micros, at: cost, for: held.role) }
    return cost
  }

  /// How the role may be asked; `now` in Unix milliseconds.
  public func thrift(of role: String, now: Int64) -> Thrift {
    state.withLock { $0.purse.thrift(of: role, now: now) }
  }
}

/// Money set aside for one call, and the price that it is settled by.
struct ModelReservation: Sendable {
  var role: String
  var micros: Int64
  var price: ModelPrice
}
