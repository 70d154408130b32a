// A line of the log about refusals of the exchange; control plane.

import Journal

/// A line of the log about refusals of one kind.
public struct RefusalNotice: Sendable, Equatable {
  public var instrument: String
  public var operation: RefusedOperation
  public var code: Int32
  public var subCode: Int32
  /// The exchange's words, of the last of them.
  public var text: String
  /// Since the last line of this kind, and in all.
  public var more: Int
  public var total: Int
}
