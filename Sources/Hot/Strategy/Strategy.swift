// What every strategy is: a value that turns what the Builder knows into intents; hot plane.

import Book
import Quantities

/// A strategy, composed into the Builder at compile time: concrete and generic, never an existential.
///
/// The Builder calls `decide` at the end of its step for the instrument a message touched, and for every
/// instrument at least each 100 ms, so that leases expire on time in a quiet market. A strategy reads nothing
/// but its arguments and its own memory: the same inputs give the same intents, live and in replay.
/// `docs/STRATEGY.md` and `TemplateStrategy` show how to write one.
public protocol Strategy: ~Copyable {
  /// True: the Builder computes `StrategyContext.indicators` before each call. They cost time; say false
  /// when they are not read.
  static var readsIndicators: Bool { get }

  /// Appends at most `intents.room` intents. Must not allocate, lock or trap on any context.
  mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer)

  /// The gate's answer to one of this strategy's intents.
  mutating func observe(_ verdict: Verdict, now: Instant)

  /// What became of an order, or of the account.
  mutating func observe(_ report: Report, now: Instant)
}

extension Strategy where Self: ~Copyable {
  @inlinable public static var readsIndicators: Bool { false }
  @inlinable public mutating func observe(_ verdict: Verdict, now: Instant) {}
  @inlinable public mutating func observe(_ report: Report, now: Instant) {}
}
