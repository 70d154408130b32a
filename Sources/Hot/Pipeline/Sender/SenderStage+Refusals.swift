// What the exchange said when it refused, put on record beside the report; hot plane.

import Journal
import OKX
import Orders
import Quantities

extension SenderStage {
  /// Words explain and decide nothing: where the record finds no room they are lost, and the report of the order
  /// still says the code.
  @_noLocks
  mutating func remember(refusal event: PrivateEvent, of operation: RefusedOperation) {
    if event.code == 0 { return }
    let instrument = table.order(event.clientOrder)?.instrument ?? event.instrument
    let record = RefusalRecord(
      operation, instrument: instrument, clientOrder: event.clientOrder,
      exchangeOrder: event.exchangeOrder, request: event.request, exchangeCode: event.code,
      subCode: event.subCode, words: event.words)
    _ = ports.telemetry.record(refusal: record, at: event.receivedAt)
  }
}
