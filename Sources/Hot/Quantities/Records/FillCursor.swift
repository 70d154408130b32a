// How far `trade/fills` was read; on record, so that the next start goes on from there.

/// Every fill up to `billID` is on record, or older than the journal. 0: there was none when it was first read.
@frozen
public struct FillCursor: Hashable, Sendable, BitwiseCopyable {
  public var billID: UInt64
  /// That fill's time by the exchange, or when it was first read.
  public var time: WallMilliseconds

  @inlinable
  public init(billID: UInt64, time: WallMilliseconds) {
    self.billID = billID
    self.time = time
  }
}
