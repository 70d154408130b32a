// What an order operation answers; simulation.

/// `code`, `msg` and `data` of the envelope that REST and WebSocket share.
struct OperationReply {
  var code: String
  var message: String
  var rows: [String]
  /// The answer is lost on its way.
  var isLost = false

  static func refused(_ code: String, _ message: String) -> OperationReply {
    OperationReply(code: code, message: message, rows: [])
  }

  /// OKX: 0 all accepted, 1 all failed, 2 some failed.
  init(results: [OperationResult]) {
    let failed = results.count { $0.code != "0" }
    code = failed == 0 ? "0" : failed == results.count ? "1" : "2"
    message =
      failed == 0
      ? ""
      : failed == results.count ? "All operations failed" : "Bulk operation partially succeeded"
    rows = results.map(\.row)
  }

  init(code: String, message: String, rows: [String]) {
    self.code = code
    self.message = message
    self.rows = rows
  }
}

/// One order's part of it.
struct OperationResult {
  var action: OrderAction
  var clientID: String
  var orderID: String
  var tag: String
  var requestID: String
  /// When the order was made; of one that nobody knows, now (docs/OKX.md OKX-138).
  var milliseconds: Int64
  var code: String
  var message: String
  /// Nil: the field was not there yet (docs/OKX.md OKX-136).
  var subCode: String?

  /// A cancel has neither tag nor sub-code, an amend its own id and no tag (docs/OKX.md OKX-139).
  var row: String {
    var row = "{\"clOrdId\":\(quoted(clientID)),\"ordId\":\"\(orderID)\","
    switch action {
    case .place: row += "\"tag\":\(quoted(tag)),"
    case .amend: row += "\"reqId\":\(quoted(requestID)),"
    case .cancel: break
    }
    row += "\"ts\":\"\(milliseconds)\",\"sCode\":\"\(code)\",\"sMsg\":\(quoted(message))"
    guard action != .cancel, let subCode else { return row + "}" }
    return row + ",\"subCode\":\"\(subCode)\"}"
  }
}
