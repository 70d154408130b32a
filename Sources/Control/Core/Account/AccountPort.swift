// The account's REST side of the Sender: questions out, answers in; control plane, one owner.

import Channels
import Orders
import Pipeline
import Quantities

/// What the private connection says of the account and its positions, as the Sender passed it on. Used by one
/// task at a time.
public final class AccountPushes: @unchecked Sendable {
  // SAFETY: both ends are touched by the owner alone, one call at a time.
  private var accounts: SlotConsumer<AccountRecord>
  private var positions: SlotConsumer<PositionDetailRecord>

  public init(
    accounts: consuming SlotConsumer<AccountRecord>,
    positions: consuming SlotConsumer<PositionDetailRecord>
  ) {
    self.accounts = accounts
    self.positions = positions
  }

  public func nextAccount() -> AccountRecord? { accounts.pop() }
  public func nextPosition() -> PositionDetailRecord? { positions.pop() }
}

/// Used by one task or thread at a time; the reconciler owns it.
public final class AccountPort: @unchecked Sendable {
  // SAFETY: both ends are touched by the owner alone, one call at a time.
  private var queries: SlotConsumer<AccountQuestion>
  private var messages: ByteProducer
  private let waker: Waker

  public init(
    queries: consuming SlotConsumer<AccountQuestion>, messages: consuming ByteProducer, waker: Waker
  ) {
    self.queries = queries
    self.messages = messages
    self.waker = waker
  }

  /// The Sender's next question, or nil.
  public func nextQuestion() -> AccountQuestion? { queries.pop() }

  /// False when the Sender's ring is full: try again later.
  public func send(_ message: AccountMessage) -> Bool {
    let size = MemoryLayout<AccountMessage>.size
    guard let claim = unsafe messages.claim(byteCount: size) else { return false }
    unsafe claim.baseAddress?.storeBytes(of: message, as: AccountMessage.self)
    messages.commit(size)
    waker.wake()
    return true
  }
}
