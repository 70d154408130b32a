// The account's rings as the Sender has them.

import Channels
import Core
import Orders
import Pipeline
import Quantities
import Testing

/// The Sender's ends of the account's rings.
final class SenderSide {
  let port: AccountPort
  private var queries: SlotProducer<AccountQuestion>
  private var messages: ByteConsumer

  init() throws {
    let questions = SlotRing<AccountQuestion>(capacity: 16)
    let answers = ByteRing(capacity: 1 << 16)
    port = AccountPort(
      queries: questions.makeConsumer(), messages: answers.makeProducer(), waker: try Waker())
    queries = questions.makeProducer()
    messages = answers.makeConsumer()
  }

  /// What was said so far, in order.
  private(set) var told: [AccountMessage] = []
  private var epoch: UInt32 = 0

  func ask(_ query: OrderQuery) { push(AccountQuestion(query)) }

  func push(_ question: AccountQuestion) {
    let isTaken = queries.push(question)
    #expect(isTaken)
  }

  /// The private line is acknowledged.
  func open() {
    epoch += 1
    var question = AccountQuestion(.epoch)
    question.epoch = epoch
    push(question)
  }

  /// Takes what was said; the epoch closes once it is read.
  func hear() {
    while let bytes = unsafe messages.peek() {
      let message = unsafe bytes.loadUnaligned(as: AccountMessage.self)
      messages.release()
      told.append(message)
      if case .epochRead(epoch) = message { push(AccountQuestion(.closed)) }
    }
  }

  var fills: [Report] {
    told.compactMap { if case .fill(let report) = $0 { report } else { nil } }
  }
  var working: [OrderUpdate] {
    told.compactMap { if case .workingOrder(let update) = $0 { update } else { nil } }
  }
}
