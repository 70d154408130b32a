// Whether an instrument is in trading: `trade/order` answers for those alone; control plane.

import Foundation
import Quantities

extension AccountReader {
  /// Of an instrument that is unknown, not open yet, suspended, expired (docs/OKX.md OKX-135).
  static let notInTrading: Set<String> = ["51001", "51021", "51022", "51027"]

  /// The exchange says so itself, or its list did before: the code alone may be a slip of its gateway's. What rests of a
  /// suspended instrument is in the list of pending orders, which speaks against *not found*.
  func isOutOfTrading(_ id: InstrumentID) async -> Bool {
    let item = instruments[id]
    switch item.state {
    case .unlisted, .expired, .suspend, .preopen, .settling, .rebase: return true
    case .live, .postOnly, .test, .unknown: break
    }
    let symbol = item.symbol.description
    let path = "/api/v5/public/instruments?instType=\(item.type.okxName)&instId=\(symbol)"
    do {
      let rows = try AccountReader.rows(try await rest.get(path), path)
      guard let row = rows.first(where: { $0.text("instId") == symbol }) else {
        // Rows of another's say nothing of this one.
        return rows.isEmpty
      }
      let state = row.text("state")
      return !state.isEmpty && state != "live" && state != "post_only"
    } catch RESTError.refused(let code, _) {
      return AccountReader.notInTrading.contains(code)
    } catch { return false }
  }
}
