// The sequence chain of one book line as a value: judges each message by seqId and prevSeqId; hot plane.

import Quantities

/// What one book message means for the chain (docs/OKX.md OKX-052 to OKX-055).
@frozen
public enum SequenceVerdict: UInt8, Sendable, BitwiseCopyable {
  /// Full book: valid from here.
  case snapshot = 1
  case update = 2
  /// Empty, `seqId == prevSeqId ==` the last one.
  case heartbeat = 3
  /// `seqId < prevSeqId ==` the last one: maintenance; the chain goes on from the smaller number.
  case reset = 4
  /// No valid book: passed over until a snapshot comes.
  case ignored = 5
  /// Anything else. The book is invalid from here.
  case gap = 6
}

/// Valid exactly while every message since the last snapshot continued the one before it.
@frozen
public struct BookSequencer: Hashable, Sendable, BitwiseCopyable {
  /// `seqId` of the last message taken; meaningless while invalid.
  public private(set) var last: Int64 = 0
  public private(set) var isValid: Bool = false

  @inlinable public init() {}

  /// Takes one message. `isEmpty`: it holds no level. Snapshots restart the chain at any time.
  @_noLocks
  public mutating func take(seqId: Int64, prevSeqId: Int64, isSnapshot: Bool, isEmpty: Bool)
    -> SequenceVerdict
  {
    if isSnapshot || prevSeqId == -1 {
      last = seqId
      isValid = true
      return .snapshot
    }
    if !isValid { return .ignored }
    if prevSeqId != last {
      isValid = false
      return .gap
    }
    if seqId == prevSeqId {
      if isEmpty { return .heartbeat }
      isValid = false
      return .gap
    }
    let wentBack = seqId < prevSeqId
    last = seqId
    return wentBack ? .reset : .update
  }

  /// Nothing more can be trusted until a snapshot.
  @_noLocks
  public mutating func invalidate() { isValid = false }
}
