// What several tests of the market module share.

import Market
import Testing

/// The next event of a source that has one.
func following(_ market: inout some MarketSource) throws -> MarketEvent {
  let event = market.next()
  return try #require(event)
}
