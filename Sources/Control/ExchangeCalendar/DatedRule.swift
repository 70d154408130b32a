// The exchange's rules that came in force at a known day: one table, for whoever plays or follows them; control plane.

/// A change of OKX's rules that our simulated exchange can play on either side of its day.
public enum RuleChange: String, Sendable, CaseIterable {
  case subCode
  case codesPlace
  case codesCancel
  case postOnlyState
  case checksumZero
  case quietWarnings
  case businessNotices
  case coolOff
  case retailNames
  case postOnlyRests
  case quoteCurrency
  case instrumentsInPart
  case oldNamesEnd
  case oldPortCloses
}

/// What of a configuration a change touches.
public enum RuleSubject: Sendable, Equatable {
  /// Whoever trades.
  case orders
  /// Whoever follows order books.
  case books
  /// Whoever reads what instruments are.
  case instruments
  case spot
  case contracts
  /// A URL with this port.
  case port(Int)
  /// What no configuration of ours names.
  case nothing
}

public struct DatedRule: Sendable {
  public var change: RuleChange
  public var live: CalendarDay
  /// Of demo trading, where it differs.
  public var demo: CalendarDay?
  /// Its number in docs/OKX.md.
  public var rule: String
  /// What changes, as a sentence for people.
  public var what: String
  public var touches: RuleSubject

  public func day(isDemo: Bool) -> CalendarDay { isDemo ? demo ?? live : live }
}

extension DatedRule {
  /// In the order of their live days. Sources stand at the rules.
  public static let table: [DatedRule] = [
    DatedRule(
      change: .subCode, live: CalendarDay(2026, 3, 10), rule: "OKX-136",
      what: "Answers to placing and amending have the field subCode.", touches: .orders),
    DatedRule(
      change: .codesPlace, live: CalendarDay(2026, 3, 26), demo: CalendarDay(2026, 1, 29),
      rule: "OKX-100",
      what: "Orders by WebSocket are placed by instIdCode; instId is ignored.", touches: .orders),
    DatedRule(
      change: .codesCancel, live: CalendarDay(2026, 4, 7), demo: CalendarDay(2026, 1, 29),
      rule: "OKX-100",
      what: "Orders by WebSocket are cancelled and amended by instIdCode; instId is ignored.",
      touches: .orders),
    DatedRule(
      change: .postOnlyState, live: CalendarDay(2026, 5, 6), rule: "OKX-199",
      what: "Swaps may be in the state post_only.", touches: .contracts),
    DatedRule(
      change: .quietWarnings, live: CalendarDay(2026, 6, 9), rule: "OKX-089",
      what: "adl-warning says nothing while all is normal.", touches: .nothing),
    DatedRule(
      change: .businessNotices, live: CalendarDay(2026, 6, 11), rule: "OKX-007",
      what: "Service upgrades are announced on business connections too.", touches: .books),
    DatedRule(
      change: .checksumZero, live: CalendarDay(2026, 6, 23), demo: CalendarDay(2026, 6, 2),
      rule: "OKX-059", what: "The checksum of books is the constant 0.", touches: .books),
    DatedRule(
      change: .coolOff, live: CalendarDay(2026, 7, 7), rule: "OKX-198",
      what: "In a cool-off a contract takes reduce-only orders alone (54094).", touches: .contracts),
    DatedRule(
      change: .retailNames, live: CalendarDay(2026, 7, 28), demo: CalendarDay(2026, 7, 23),
      rule: "OKX-062", what: "books-rpi stands beside books-elp.", touches: .nothing),
    DatedRule(
      change: .postOnlyRests, live: CalendarDay(2026, 8, 20), demo: CalendarDay(2026, 8, 10),
      rule: "OKX-109",
      what: "A post_only order is pushed as live once it rests; one that would take never is.",
      touches: .orders),
    DatedRule(
      change: .quoteCurrency, live: CalendarDay(2026, 9, 30), rule: "OKX-194",
      what: "Pairs in USD give way to USDC, which an account opens once: until then 54109.",
      touches: .spot),
    DatedRule(
      change: .instrumentsInPart, live: CalendarDay(2026, 9, 30), rule: "OKX-196",
      what: "instruments pushes the fields that changed, no longer whole rows.",
      touches: .instruments),
    DatedRule(
      change: .oldNamesEnd, live: CalendarDay(2026, 10, 31), rule: "OKX-062",
      what: "books-elp is gone; books-rpi stays.", touches: .nothing),
    DatedRule(
      change: .oldPortCloses, live: CalendarDay(2026, 10, 31), rule: "OKX-002",
      what: "WebSocket port 8443 stops answering: write the URL without a port.",
      touches: .port(8443)),
  ]

  /// The first day that the table can tell the rules of.
  public static let first = CalendarDay(2026, 1, 1)
}

/// Which changes are in force.
public struct RulesInForce: Sendable, Equatable {
  private var changes: Set<RuleChange>

  /// All of the table.
  public static let all = RulesInForce(changes: Set(RuleChange.allCases))

  /// Those of a day: a change is in force from its own day on.
  public init(on day: CalendarDay, isDemo: Bool = false) {
    changes = Set(
      DatedRule.table.filter { $0.day(isDemo: isDemo) <= day }.map(\.change))
  }

  private init(changes: Set<RuleChange>) { self.changes = changes }

  public func has(_ change: RuleChange) -> Bool { changes.contains(change) }
}
