// What the exchange said when it refused, and what of it could not be read, put on record; hot plane.

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
    // An envelope without items names its request alone: the table knows whose that was.
    let reply = SenderStage.reply(event)
    var order = table.order(of: reply, isCancel: operation == .cancel)
    if order == nil && operation == .request { order = table.order(of: reply, isCancel: true) }
    let record = RefusalRecord(
      operation, instrument: order?.instrument ?? event.instrument,
      clientOrder: order?.clientOrder ?? event.clientOrder, exchangeOrder: event.exchangeOrder,
      request: event.request, exchangeCode: event.code, subCode: event.subCode,
      words: event.words)
    _ = ports.telemetry.record(refusal: record, at: event.receivedAt)
  }

  /// The order counts as it is; what kind it is a person may want to know.
  @_noLocks
  mutating func remember(oddType event: PrivateEvent) {
    var odd = event
    odd.fault = .wrongType
    count(odd.fault, of: odd.instrument)
    remember(item: odd)
  }

  /// A flood of bad items does not take the room that orders need: beyond a rate they are only counted.
  @_noLocks
  mutating func remember(item event: PrivateEvent) {
    if !itemRecords.take(at: moment.instant) { return }
    let record = RefusalRecord(
      .item, instrument: event.instrument, clientOrder: event.clientOrder,
      exchangeOrder: event.exchangeOrder, request: event.request, exchangeCode: 0, subCode: 0,
      words: event.words, fault: event.fault)
    _ = ports.telemetry.record(refusal: record, at: event.receivedAt)
  }

  @_noLocks
  mutating func remember(login outcome: PrivateOutcome, at now: Instant) {
    if outcome.code == 0 { return }
    let record = RefusalRecord(
      .login, instrument: .none, clientOrder: .none, exchangeOrder: .none, request: 0,
      exchangeCode: outcome.code, subCode: 0, words: outcome.words)
    _ = ports.telemetry.record(refusal: record, at: now)
  }
}
