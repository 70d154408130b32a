// What models may cost in a day, as a whole and by role: reserved before, settled after; control plane.

/// How a role may be asked now.
public enum Thrift: String, Sendable, Hashable {
  case ample
  /// The larger part of a budget is spent: it is asked less often.
  case thrifty
  /// A budget is spent: no model is asked, and positions are only closed or made smaller.
  case spent
}

/// Of one UTC day, millionths of a US dollar.
public struct ModelBudgets: Sendable, Equatable {
  /// Of all roles together; 0: no model is asked.
  public var dailyMicros: Int64
  /// By role id; a role that is not here shares the whole alone.
  public var roleMicros: [String: Int64]
  /// Share of a budget, 0…1000, from which a role is asked less often.
  public var thriftPermille: Int64

  public init(dailyMicros: Int64, roleMicros: [String: Int64] = [:], thriftPermille: Int64 = 800) {
    self.dailyMicros = dailyMicros
    self.roleMicros = roleMicros
    self.thriftPermille = thriftPermille
  }
}

struct ModelPurse: Sendable {
  let budgets: ModelBudgets
  private var day: Int64
  /// Settled, by role.
  private var spent: [String: Int64]
  private var reserved: [String: Int64] = [:]
  /// Roles for which what is left of the day did not hold a call.
  private var refused: Set<String> = []

  private static let dayMilliseconds: Int64 = 86_400_000

  init(_ budgets: ModelBudgets, spent: [String: Int64], now: Int64) {
    self.budgets = budgets
    self.spent = spent
    day = now / ModelPurse.dayMilliseconds
  }

  var spentMicros: Int64 { spent.values.reduce(0, +) }

  /// Midnight UTC makes the budgets whole again; what is still reserved stays so.
  mutating func roll(_ now: Int64) {
    let today = now / ModelPurse.dayMilliseconds
    if today == day { return }
    day = today
    spent = [:]
    refused = []
  }

  /// False: the budget does not hold it, and nothing is reserved.
  mutating func reserve(_ worst: Int64, for role: String, now: Int64) -> Bool {
    roll(now)
    let whole = reserved.values.reduce(0, +)
    let limit = budgets.roleMicros[role] ?? .max
    let own = spent[role] ?? 0
    if spentMicros + worst > budgets.dailyMicros || worst > limit - own {
      // Not for what is under way, which may become cheaper: for what is gone.
      refused.insert(role)
      return false
    }
    if spentMicros + whole + worst > budgets.dailyMicros { return false }
    if own + (reserved[role] ?? 0) + worst > limit { return false }
    reserved[role, default: 0] += worst
    return true
  }

  mutating func settle(_ worst: Int64, at cost: Int64, for role: String) {
    reserved[role, default: 0] -= worst
    spent[role, default: 0] += cost
  }

  mutating func thrift(of role: String, now: Int64) -> Thrift {
    roll(now)
    if refused.contains(role) || spentMicros >= budgets.dailyMicros { return .spent }
    var share = shareSpent(spentMicros, of: budgets.dailyMicros)
    if let limit = budgets.roleMicros[role] {
      share = max(share, shareSpent(spent[role] ?? 0, of: limit))
    }
    if share >= 1_000 { return .spent }
    return share >= budgets.thriftPermille ? .thrifty : .ample
  }

  private func shareSpent(_ part: Int64, of limit: Int64) -> Int64 {
    if limit <= 0 { return 1_000 }
    return Int64(clamping: Int128(max(part, 0)) * 1_000 / Int128(limit))
  }
}
