// `orders-algo` and `algo-advance`: what algo orders do (docs/OKX.md OKX-236); simulation.

import Market
import Matching

extension SimulatedExchange {
  func pushAlgo(_ order: AlgoOrder, to watchers: [Session]) {
    let channel: ChannelName = order.type.isAdvanced ? .algoAdvance : .ordersAlgo
    for session in watchers {
      for subscription in session.subscriptions
      where subscription.argument.channel == channel && covers(subscription.argument, order) {
        session.push(frame(subscription.argument, members: "", rows: [algoRow(order)]))
      }
    }
  }

  /// `algo-advance` begins with what waits; `orders-algo` with nothing.
  func pushWaitingAlgos(to subscription: Subscription) {
    let rows = engine.algos.filter {
      $0.type.isAdvanced && covers(subscription.argument, $0)
    }.map(algoRow)
    if rows.isEmpty { return }
    subscription.session.push(frame(subscription.argument, members: "", rows: rows))
  }

  func algoRow(_ order: AlgoOrder) -> [UInt8] {
    var row: [UInt8] = []
    order.appendRow(to: &row, catalogue[order.instrument])
    return row
  }

  private func covers(_ argument: ChannelArgument, _ order: AlgoOrder) -> Bool {
    let item = catalogue[order.instrument]
    return argument.covers(instrument: item.id, type: item.typeName, family: item.family)
  }
}
