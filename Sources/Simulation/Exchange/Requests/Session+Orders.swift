// Order operations on the private WebSocket; simulation.

extension Session {
  func trade(_ request: RequestEnvelope, in exchange: SimulatedExchange) {
    guard let operation = OrderOperation(rawValue: request.operation) else {
      sendError("60019", "Invalid op: \(request.operation)", id: request.id)
      return
    }
    if endpoint != .private {
      sendError("60028", "The current service is not supported on this URL", id: request.id)
      return
    }
    if !isLoggedIn {
      sendError("60011", "Please log in", id: request.id)
      return
    }
    guard let id = request.id else {
      sendError("60027", "Parameter id can not be empty", id: nil)
      return
    }
    let reply =
      request.body.text("expTime").map {
        exchange.perform(operation, request.arguments, through: .webSocket, expiry: $0)
      } ?? .refused("51000", "Parameter expTime error")
    if reply.isLost { return }
    send(
      "{\"id\":\"\(id)\",\"op\":\"\(request.operation)\","
        + "\"data\":[\(reply.rows.joined(separator: ","))],"
        + "\"code\":\"\(reply.code)\",\"msg\":\(quoted(reply.message)),"
        + "\"inTime\":\"\(request.receivedMicroseconds)\","
        + "\"outTime\":\"\(exchange.clock.wallMicroseconds())\"}")
  }
}
