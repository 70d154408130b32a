// An intent that passed the gate: the only thing the sender takes; hot plane.

import Quantities

/// 112 bytes: two ring slots. Only `Gate.judge` makes one; the sender's type asks for it, so an order
/// that was not judged does not compile.
@frozen
public struct ApprovedOrder: Sendable, BitwiseCopyable {
  public let intent: Intent

  @usableFromInline
  init(approved intent: Intent) { self.intent = intent }
}

/// What the gate says of one intent: the verdict for the Builder and, when approved, the order for the sender.
@frozen
public struct Judgement: Sendable, BitwiseCopyable {
  public var verdict: Verdict
  public var order: ApprovedOrder?

  @inlinable public var isApproved: Bool { order != nil }

  @usableFromInline
  init(verdict: Verdict, order: ApprovedOrder?) {
    self.verdict = verdict
    self.order = order
  }
}
