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
  /// Millionths of a US dollar a day; 0: no model is asked.
  public let dailyMicros: Int64
  private struct State {
    var breakers: [Breaker]
    var day: Int64 = 0
    var spent: Int64 = 0
    var reserved: Int64 = 0
    var isSafe = false
    var faults: [ModelFault: Int] = [:]
    var rungs: [String: Int] = [:]
  }
  private let state: Mutex<State>

  /// What is taken for a model without a price: dear on purpose.
  public static let unknownPrice = ModelPrice(
    prompt: 20_000_000, cachedPrompt: 20_000_000, completion: 80_000_000)

  /// - Parameter spentToday: what the ledger says was spent since midnight UTC.
  public init(_ endpoints: [ModelEndpoint], dailyMicros: Int64, spentToday: Int64 = 0, now: Int64) {
    self.endpoints = endpoints
    self.dailyMicros = dailyMicros
    state = Mutex(
      State(
        breakers: endpoints.map { _ in Breaker() }, day: now / 86_400_000, spent: spentToday))
  }

  /// A provider without balance: no more calls until a person starts the console anew.
  public var isSafe: Bool { state.withLock { $0.isSafe } }
  /// Of the day, settled.
  public var spentMicros: Int64 { state.withLock { $0.spent } }
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
  /// when the day's money does not hold it.
  func reserve(_ endpoint: ModelEndpoint, promptBytes: Int, maxTokens: Int, now: Int64) -> Int64? {
    var usage = TokenUsage()
    usage.promptTokens = promptBytes
    usage.completionTokens = maxTokens
    let worst = ModelRoster.cost(usage, endpoint.price ?? ModelRoster.unknownPrice)
    return state.withLock { state in
      let day = now / 86_400_000
      if day != state.day {
        state.day = day
        state.spent = 0
      }
      if state.spent + state.reserved + worst > dailyMicros { return nil }
      state.reserved += worst
      return worst
    }
  }

  /// Replaces a reservation by what was used; without usage the whole reservation counts, unless the call
  /// was free.
  func settle(
    _ reserved: Int64, _ usage: TokenUsage?, _ endpoint: ModelEndpoint, isFree: Bool = false
  ) -> Int64 {
    let known = usage.flatMap { $0.promptTokens > 0 ? $0 : nil }
    let whole = isFree ? 0 : reserved
    let cost =
      known.map { ModelRoster.cost($0, endpoint.price ?? ModelRoster.unknownPrice) } ?? whole
    state.withLock { state in
      state.reserved -= reserved
      state.spent += cost
    }
    return cost
  }
}
