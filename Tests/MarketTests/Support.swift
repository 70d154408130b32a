// What several tests of the market module share.

import Foundation
import Market
import Testing

/// The folder of recordings, or nil, and then says so.
func recordings(skipping count: Int) -> String? {
  let root = ProcessInfo.processInfo.environment["RECORDINGS"] ?? "../shared/okx-data"
  if FileManager.default.fileExists(atPath: root + "/recordings") { return root }
  print("SKIPPED \(count)")
  return nil
}

/// The next event of a source that has one.
func following(_ market: inout some MarketSource) throws -> MarketEvent {
  let event = market.next()
  return try #require(event)
}
