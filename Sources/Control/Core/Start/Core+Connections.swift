// What Connectors say, shown in State on its way to the log; control plane.

import Channels
import OKX
import Quantities
import State
import Synchronization

extension Core {
  /// Names a row of State per line and keeps it up to date from the Connectors' events.
  static func shown(
    _ report: @escaping @Sendable (CoreEvent) -> Void, _ options: CoreOptions,
    _ state: StateWriter
  ) -> @Sendable (CoreEvent) -> Void {
    var rows: [String: Int] = [:]
    for (index, line) in options.publicLines.enumerated() {
      state.defineConnection(index, name: line.connector.name, kind: .publicMarket)
      rows[line.connector.name] = index
    }
    if let line = options.privateLine {
      let index = options.publicLines.count
      state.defineConnection(index, name: line.name, kind: .privateTrading)
      rows[line.name] = index
    }
    let others = options.publicLines.count + (options.privateLine == nil ? 0 : 1)
    for (index, line) in options.contextConnections.enumerated() {
      state.defineConnection(
        others + index, name: line.name,
        kind: line.channels.first?.isOnBusiness == true ? .business : .publicMarket)
      rows[line.name] = others + index
    }
    let lines = rows
    return { event in
      switch event {
      case .connected(let line, let name, let generation, _, _):
        guard let row = lines[name] else { break }
        // A context line is ready with its subscriptions.
        state.setConnection(row, line < 0 ? .open : .ready, at: .now())
        if generation > 0 {
          state.setConnection(row, reconnects: UInt64(generation - 1))
        }
      case .failed(_, let name, let fault, _, _):
        guard let row = lines[name] else { break }
        state.setConnection(row, .waiting, at: .now())
        state.count(fault)
      case .lost(_, let name, let cause, let closeCode, _):
        guard let row = lines[name] else { break }
        // Whoever gave the connection up has counted the cause.
        state.setConnection(row, .down, at: .now())
        state.setConnection(row, lastFault: cause, code: Int32(closeCode))
      case .loginRefused(_, let name, _, _):
        guard let row = lines[name] else { break }
        state.setConnection(row, .waiting, at: .now())
        let code = state.faultDetail(.loginRefused)?.code ?? 0
        state.setConnection(row, lastFault: .loginRefused, code: code)
      case .subscriptions(let name, let areLive):
        guard let row = lines[name] else { break }
        state.setConnection(row, areLive ? .ready : .open, at: .now())
      case .journal, .faults, .refused, .subscriptionRefused: break
      }
      report(event)
    }
  }
}
