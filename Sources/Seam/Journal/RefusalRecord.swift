// What the exchange said when it refused a request of ours; both planes.

public import Quantities

/// What was refused. Numbers are an interface.
@frozen
public enum RefusedOperation: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case order = 0
  case cancel = 1
  /// A request as a whole, by an error event that names its `id`.
  case request = 2
  case login = 3
  /// Not ours: an item of the exchange's that we refused, `fault` says why and `words` is the figure to blame.
  case item = 4
}

/// The words beside a report's `exchangeCode`: committed when the refusal is read, before the report of what it did to the
/// order. 112 bytes.
@frozen
public struct RefusalRecord: Sendable, BitwiseCopyable {
  /// `.none`: the answer named no order of ours, `request` says which request it was.
  public var clientOrder: ClientOrderID
  public var exchangeOrder: ExchangeOrderID
  public var request: UInt64
  public var exchangeCode: Int32
  /// OKX `subCode`, 0 for none.
  public var subCode: Int32
  public var instrument: InstrumentID
  public var operation: RefusedOperation
  /// Of an item; else `.none`.
  public var fault: FaultCode
  public var words: ExchangeText

  @inlinable
  public init(
    _ operation: RefusedOperation, instrument: InstrumentID, clientOrder: ClientOrderID,
    exchangeOrder: ExchangeOrderID, request: UInt64, exchangeCode: Int32, subCode: Int32,
    words: ExchangeText, fault: FaultCode = .none
  ) {
    self.operation = operation
    self.instrument = instrument
    self.clientOrder = clientOrder
    self.exchangeOrder = exchangeOrder
    self.request = request
    self.exchangeCode = exchangeCode
    self.subCode = subCode
    self.words = words
    self.fault = fault
  }
}
