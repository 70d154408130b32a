// What a running core shows, once a second in a line of text, read from State like anybody reads it; control plane.
import Channels
import Foundation
import Quantities
import State

/// Book and rate, signal and who holds it, position, orders, and tick-to-order.
struct LiveStatus {
  let stateFile: String

  /// Runs until cancelled; says nothing while there is no core.
  func run() async {
    var last: (at: ContinuousClock.Instant, messages: UInt64)?
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(1))
      if let state = try? StateReader(path: stateFile) {
        let now = ContinuousClock.now
        let messages = total(state, [.snapshots, .updates, .heartbeats, .trades, .bestBidOffers])
        let rate =
          last.map { last -> Int in
            let seconds = (now - last.at) / .seconds(1)
            return messages < last.messages ? 0 : Int(Double(messages - last.messages) / seconds)
          } ?? 0
        last = (now, messages)
        print(text(state, rate: rate))
        fflush(nil)
      }
    }
  }

  private func text(_ state: borrowing StateReader, rate: Int) -> String {
    let latency = state.latency(.tickToOrder)
    return [
      "\(rate) msg/s", focus(state),
      "orders \(total(state, [.ordersSent])) sent, \(working(state)) working, "
        + "\(total(state, [.filledLots])) lots filled",
      "tick-to-order p50 \(LiveStatus.text(latency.quantile(0.5))) "
        + "p99 \(LiveStatus.text(latency.quantile(0.99)))",
    ].joined(separator: "  |  ")
  }

  /// The instrument that somebody signals, else the first.
  private func focus(_ state: borrowing StateReader) -> String {
    var shown: MarketSlot?
    for index in 0..<state.instrumentCount {
      guard let slot = state.market(InstrumentID(index: UInt16(index))) else { continue }
      if shown == nil { shown = slot }
      if slot.source != .none {
        shown = slot
        break
      }
    }
    guard let slot = shown else { return "no book yet" }
    let instrument = state.instrument(slot.instrument).instrument
    func price(_ count: UInt8, _ level: SlotLevel) -> String {
      count > 0
        ? DecimalNumber.of(units: level.price.ticks, increment: instrument.tick)?
          .description ?? "?" : "–"
    }
    let book =
      slot.isValid
      ? "\(price(slot.bidCount, slot.bids[0])) / \(price(slot.askCount, slot.asks[0]))"
      : "invalid: \(slot.fault)"
    let signal =
      slot.source == .none ? "no signal" : "signal \(slot.source) \(slot.target.lots) lots"
    return "\(instrument.symbol) \(book), \(signal), position \(slot.position.lots)"
  }

  private func working(_ state: borrowing StateReader) -> Int {
    (0..<state.instrumentCount).reduce(0) {
      $0 + Int(state.market(InstrumentID(index: UInt16($1)))?.workingOrders ?? 0)
    }
  }

  private func total(_ state: borrowing StateReader, _ counters: [InstrumentCounter]) -> UInt64 {
    var sum: UInt64 = 0
    for index in 0..<state.instrumentCount {
      for counter in counters {
        sum += state.count(counter, of: InstrumentID(index: UInt16(index)))
      }
    }
    return sum
  }

  private static func text(_ nanoseconds: UInt64?) -> String {
    guard let nanoseconds else { return "–" }
    return String(format: "%.1f µs", Double(nanoseconds) / 1_000)
  }
}
