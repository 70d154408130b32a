// A strategy that wants nothing: what the Builder's side does by itself.

import Quantities
import Strategy

/// Watches and wants nothing.
struct Silent: Strategy, ~Copyable {
  mutating func decide(
    _ context: StrategyContext, working: borrowing IntentsInFlight,
    into intents: inout IntentBuffer
  ) {}
}
