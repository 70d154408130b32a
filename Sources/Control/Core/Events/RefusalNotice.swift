// A line of the log about refusals of the exchange; control plane.

import Journal
import OKX
import Quantities

/// A line of the log about refusals of one kind.
public struct RefusalNotice: Sendable, Equatable {
  public var instrument: String
  public var operation: RefusedOperation
  public var code: Int32
  public var subCode: Int32
  /// The exchange's words, of the last of them.
  public var text: String
  /// Of an item that could not be read; `text` is then its figure.
  public var fault: FaultCode
  /// Since the last line of this kind, and in all.
  public var more: Int
  public var total: Int

  /// How far our clock was measured to be ahead of the exchange's; nil where it was not.
  public var clockOffsetMilliseconds: Int64?

  /// What a person should look at first.
  package var hint: String? {
    if operation == .item { return nil }
    return RefusalHint.text(code, clockOffsetMilliseconds: clockOffsetMilliseconds)
  }
}
