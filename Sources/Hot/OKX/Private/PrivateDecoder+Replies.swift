// Replies to order operations (docs/OKX.md OKX-130 to OKX-138); pure, hot plane.

import Quantities
import Wire

/// The members of a reply's item that we read.
struct ReplyFields: BitwiseCopyable {
  var clOrdId = Field()
  var ordId = Field()
  var sCode = Field()
  var sMsg: JSONText = .empty
  var subCode: JSONText = .empty
  var ts = Field()
}

extension PrivateDecoder {
  /// One event per item, in the request's order. Without items the envelope's code and words speak of
  /// the request that `id` names.
  @_noLocks
  mutating func replies(_ scanner: inout JSONScanner, _ head: inout Head) throws(FaultCode) {
    let kind: PrivateEventKind
    switch scanner.name(head.operation) {
    case JSONName("order"), JSONName("batch-orders"): kind = .orderReply
    case JSONName("cancel-order"): kind = .cancelReply
    default:
      if !scanner.equals(head.operation, "batch-cancel-orders") { throw .unknownEvent }
      kind = .cancelReply
    }
    if !head.hasCode { throw .missingField }
    head.frame.kind = .events
    var more = try scanner.enterArray()
    if !more {
      // Accepted, but of what nothing is said: that cannot be relied on.
      if head.frame.code == 0 || head.frame.request == 0 { throw .missingField }
      var event = PrivateEvent(kind)
      event.code = head.frame.code
      event.subCode = subCode(scanner, .empty, behind: head.code)
      event.words = head.frame.words
      seal(&event, head)
      try add(event, &head)
    }
    while more {
      let start = scanner.position
      try reply(&scanner, &head, kind)
      scanner.position = start
      try scanner.skipValue()
      more = try scanner.nextElement()
    }
  }

  @_noLocks
  func seal(_ event: inout PrivateEvent, _ head: Head) {
    event.request = head.frame.request
    event.receivedAt = head.receivedAt
    let (spent, overflow) = head.outTime.subtractingReportingOverflow(head.inTime)
    if head.inTime > 0 && !overflow && spent > 0 { event.gatewayMicroseconds = spent }
  }

  @_noLocks
  mutating func reply(
    _ scanner: inout JSONScanner, _ head: inout Head, _ kind: PrivateEventKind
  ) throws(FaultCode) {
    var fields = ReplyFields()
    var event = PrivateEvent(kind)
    do throws(FaultCode) {
      try collect(&scanner, &fields)
      if fields.sCode.isEmpty { throw .missingField }
      event.code = try code(scanner, fields.sCode.text)
      if event.code != 0 {
        event.subCode = subCode(scanner, fields.subCode, behind: fields.sCode.text)
        event.words = fields.sMsg.count > 0 ? words(scanner, fields.sMsg) : head.frame.words
      }
      event.exchangeTime = try time(scanner, fields.ts)
      event.exchangeOrder = ExchangeOrderID(rawValue: try number(scanner, fields.ordId))
    } catch {
      event = PrivateEvent(.faulty)
      event.fault = error
      event.exchangeOrder = ExchangeOrderID(
        rawValue: unsigned(scanner, fields.ordId.text) ?? 0)
    }
    event.clientOrder = clientOrder(scanner, fields.clOrdId)
    seal(&event, head)
    try add(event, &head)
  }

  @_noLocks
  func collect(_ scanner: inout JSONScanner, _ fields: inout ReplyFields) throws(FaultCode) {
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("clOrdId"): try fields.clOrdId.take(&scanner)
      case JSONName("ordId"): try fields.ordId.take(&scanner)
      case JSONName("sCode"): try fields.sCode.take(&scanner)
      case JSONName("sMsg"): fields.sMsg = try remark(&scanner)
      case JSONName("subCode"): fields.subCode = try remark(&scanner)
      case JSONName("ts"): try fields.ts.take(&scanner)
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
  }
}
