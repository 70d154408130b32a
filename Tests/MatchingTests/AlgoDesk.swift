// A desk with a long position, and short forms of algo orders.

import Market
import Matching
import Quantities
import SampleMarket

/// The instrument that algo orders are tried on.
enum AlgoDesk {
  static let swap = 1
}

private let swap = AlgoDesk.swap

extension Desk {
  /// A long position of ten contracts at 100.00, with a last price of 100.00.
  static func long() -> Desk {
    var desk = Desk()
    desk.book(swap, bids: [(9_990, 1_000)], asks: [(10_000, 1_000)])
    desk.trade(.buy, 10_000, 1, instrument: swap)
    desk.order(.buy, "market", "", "10", instrument: swap)
    desk.events.removeAll()
    return desk
  }

  /// Trades at the price, and shows a book around it.
  mutating func move(to price: Int64) {
    book(swap, bids: [(price - 10, 1_000)], asks: [(price, 1_000)])
    trade(.sell, price, 1, instrument: swap)
  }

  @discardableResult
  mutating func algo(
    _ side: Side, _ type: String, _ change: (inout AlgoRequest) -> Void = { _ in }
  ) -> Result<UInt64, VenueRefusal> {
    var request = AlgoRequest(instrument: swap, side: side, type: type, tradeMode: "cross")
    request.size = "10"
    change(&request)
    now += 1_000_000
    return engine.placeAlgo(request, at: now, into: &events)
  }

  /// States of the algo orders since the last call.
  mutating func algoStory() -> [String] {
    defer { events.removeAll() }
    return events.compactMap {
      guard case .algo(let order) = $0 else { return nil }
      return [order.state.rawValue, order.triggeredLeg?.rawValue ?? "", order.failCode]
        .filter { !$0.isEmpty }.joined(separator: " ")
    }
  }

  var lots: Int64 { engine.position(swap).position.lots }
}

/// A stop at that trigger.
func stop(_ trigger: String, _ price: String = "-1", _ source: String = "")
  -> (inout AlgoRequest) -> Void
{
  { $0.stopLoss = .init(trigger: trigger, price: price, source: source) }
}
