// Which signed call may leave now: the exchange's limits, priorities, and a bound on what waits; control plane.

import Quantities

/// What a call is for. The first goes first.
public enum RESTPriority: Int, Sendable, CaseIterable {
  /// It decides what becomes of an order.
  case order = 0
  /// It shows what the account holds.
  case reconcile = 1
  /// It informs people.
  case figures = 2
}

/// Paces one account's signed calls as a pure value; holds no clock.
///
/// Of each limit that has room for it a quarter is kept for calls that decide an order, and of the calls in
/// flight some places: when the exchange hangs, what is not urgent cannot fill the line.
public struct RESTPacer: Sendable {
  /// A call that may leave, or waits to.
  public struct Ticket: Hashable, Sendable {
    let number: UInt64
    let call: String
    let priority: RESTPriority
  }

  public enum Turn: Sendable, Equatable {
    case go
    /// Ask again after so many nanoseconds.
    case wait(Int64)
  }

  private struct Budget {
    var all: RateBudget
    /// What calls that decide no order may use.
    var others: RateBudget
    var heldUntil = Instant.zero
  }

  /// Calls without an answer yet, of all kinds and of one.
  public static let flyingMax = 12
  public static let flyingOfOneMax = 6
  /// Of `flyingMax`, only for calls that decide an order.
  public static let flyingReserved = 4
  /// Calls of one priority that wait; the next one is refused.
  public static let waitingMax = 32
  /// After an answer that says "too many requests" nothing of the kind leaves for so long.
  static let holdNanoseconds: Int64 = 500_000_000
  /// 5 % longer than OKX's two seconds: the network bunches what left evenly.
  static let windowNanoseconds: Int64 = 2_100_000_000

  /// Calls in two seconds (docs/OKX.md OKX-212, OKX-210). A call that is not named here has no limit of ours.
  static let limits: [String: Int64] = [
    "GET account/balance": 10, "GET account/positions": 10, "GET account/config": 5,
    "GET account/trade-fee": 5, "GET account/bills": 5, "GET account/bills-archive": 5,
    "GET trade/order": 60,
    "GET trade/orders-pending": 60, "GET trade/fills": 60, "GET trade/fills-history": 10,
    "POST trade/cancel-order": 60, "POST trade/order": 60,
  ]

  private var budgets: [String: Budget]
  /// By priority, then by arrival.
  private var waiting: [Ticket] = []
  private var flying: Set<Ticket> = []
  private var numbers: UInt64 = 0

  public init() {
    budgets = RESTPacer.limits.mapValues { count in
      func budget(_ count: Int64) -> RateBudget {
        RateBudget(count: count, windowNanoseconds: RESTPacer.windowNanoseconds)
      }
      return Budget(all: budget(count), others: budget(count < 8 ? count : count - count / 4))
    }
  }

  /// `GET trade/fills` of a method and a path with its query.
  public static func call(_ method: String, _ path: String) -> String {
    let bare = path.prefix { $0 != "?" }
    return "\(method) \(bare.hasPrefix("/api/v5/") ? bare.dropFirst(8) : bare)"
  }

  /// A place in the queue; nil when as many of this priority wait as may.
  public mutating func enter(_ call: String, _ priority: RESTPriority) -> Ticket? {
    if waiting.count(where: { $0.priority == priority }) >= RESTPacer.waitingMax { return nil }
    numbers += 1
    let ticket = Ticket(number: numbers, call: call, priority: priority)
    let place = waiting.firstIndex { $0.priority.rawValue > priority.rawValue }
    waiting.insert(ticket, at: place ?? waiting.count)
    return ticket
  }

  /// Whether this call leaves now: when it could, and nobody before it takes what it needs. Once it is
  /// told to go it is in flight until `end`.
  public mutating func turn(_ ticket: Ticket, now: Instant) -> Turn {
    var taken: [String: Int] = [:]
    for other in flying { taken[other.call, default: 0] += 1 }
    var inFlight = flying.count
    var blocked: Set<String> = []
    for other in waiting {
      let room =
        other.priority == .order
        ? RESTPacer.flyingMax : RESTPacer.flyingMax - RESTPacer.flyingReserved
      let isOpen =
        inFlight < room && taken[other.call, default: 0] < RESTPacer.flyingOfOneMax
        && !blocked.contains(other.call) && isAllowed(other, now)
      if other == ticket {
        if !isOpen { break }
        spend(ticket, now)
        waiting.removeAll { $0 == ticket }
        flying.insert(ticket)
        return .go
      }
      if isOpen {
        inFlight += 1
        taken[other.call, default: 0] += 1
      }
      // Its own kind leaves in order.
      blocked.insert(other.call)
    }
    return .wait(ticket.priority == .order ? 2_000_000 : 20_000_000)
  }

  /// The call was answered, failed, or no longer wants to leave.
  public mutating func end(_ ticket: Ticket) {
    flying.remove(ticket)
    waiting.removeAll { $0 == ticket }
  }

  /// The exchange said that there were too many.
  public mutating func hold(_ ticket: Ticket, now: Instant) {
    budgets[ticket.call]?.heldUntil = now.advanced(byNanoseconds: RESTPacer.holdNanoseconds)
  }

  private func isAllowed(_ ticket: Ticket, _ now: Instant) -> Bool {
    guard let budget = budgets[ticket.call] else { return true }
    if now < budget.heldUntil || !budget.all.isAvailable(at: now) { return false }
    return ticket.priority == .order || budget.others.isAvailable(at: now)
  }

  private mutating func spend(_ ticket: Ticket, _ now: Instant) {
    _ = budgets[ticket.call]?.all.take(at: now)
    if ticket.priority != .order { _ = budgets[ticket.call]?.others.take(at: now) }
  }
}
