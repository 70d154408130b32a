// What reconciliation tells people, in their words; control plane.
import Account
import Logging
import Orders
import Quantities

public enum ReconciliationNote: Sendable {
  case difference(InstrumentID, counted: Int64, stated: Int64)
  case repaired(InstrumentID, counted: Int64, stated: Int64)
  case average(InstrumentID, counted: Int64, stated: Int64)
  case dust(InstrumentID, lots: Int64)
  case foreign(InstrumentID, ExchangeOrderID, lots: Int64)
  case rounded(InstrumentID, bill: UInt64)
  case odd(OddRow)
  /// `times`: how often this order could not be asked about so far.
  case unanswered(OrderQuery, String, times: Int)
  case failed(String, failures: Int)
  case closed(UInt32)

  func write(to log: Logger, _ instruments: InstrumentTable) {
    func name(_ id: InstrumentID) -> Logger.MetadataValue {
      id.isNone ? "desk" : "\(instruments[id].symbol)"
    }
    switch self {
    case .difference(let id, let counted, let stated):
      log.warning(
        "the exchange's position is not the one counted: reduceOnly until it is known",
        metadata: ["instrument": name(id), "counted": "\(counted)", "stated": "\(stated)"])
    case .repaired(let id, let counted, let stated):
      log.warning(
        "the exchange's position is not the one on record: it is taken",
        metadata: ["instrument": name(id), "on_record": "\(counted)", "lots": "\(stated)"])
    case .average(let id, let counted, let stated):
      log.warning(
        "the exchange's average price is not what our fills give: it is taken",
        metadata: [
          "instrument": name(id), "counted_ticks": "\(counted)", "stated_ticks": "\(stated)",
        ])
    case .dust(let id, let lots):
      log.notice(
        "what is left is less than one lot of balance: dust, counted as flat",
        metadata: ["instrument": name(id), "lots": "\(lots)"])
    case .foreign(let id, let order, let lots):
      log.warning(
        "an order that this desk did not place is at work (risk.on_foreign_orders)",
        metadata: [
          "instrument": name(id), "ordId": "\(order.rawValue)", "lots": "\(lots)",
        ])
    case .rounded(let id, let bill):
      log.warning(
        "a fill's price is off the tick grid: counted at the nearest tick",
        metadata: ["instrument": name(id), "billId": "\(bill)"])
    case .odd(let row): log.warning("a row that is not understood", metadata: ["row": "\(row)"])
    case .unanswered(let query, let reason, let times):
      // It is asked about each second: told at the first time and then ever more seldom.
      if times & (times - 1) != 0 { return }
      log.warning(
        "an order cannot be asked about",
        metadata: [
          "instrument": name(query.instrument), "clOrdId": "\(query.clientOrder.rawValue)",
          "reason": "\(reason)", "times": "\(times)",
        ])
    case .failed(let reason, let failures):
      // Told at the first failure and then ever more seldom.
      if failures & (failures - 1) != 0 { return }
      log.warning(
        "the account cannot be read; asking again",
        metadata: ["reason": "\(reason)", "failures": "\(failures)"])
    case .closed(let epoch):
      log.info("the account is known", metadata: ["epoch": "\(epoch)"])
    }
  }
}
