// What a client may ask on a WebSocket, and the refusals (OKX-022, OKX-030, OKX-131); simulation.

import Foundation

/// A well-formed request envelope.
struct RequestEnvelope {
  var id: String?
  var operation: String
  var body: ParsedJSON
  var arguments: [ParsedJSON]
  /// Microseconds since the epoch at which the request was taken from the socket.
  var receivedMicroseconds: Int64
}

extension SimulatedExchange {
  /// A whole text message from a client.
  public func received(_ text: [UInt8], on connection: any Peer) {
    guard let session = session(of: connection), !session.isHalfOpen else { return }
    session.handle(text, in: self)
  }
}

extension Session {
  fileprivate func handle(_ text: [UInt8], in exchange: SimulatedExchange) {
    if text.elementsEqual("ping".utf8) {
      send("pong")
      return
    }
    let received = exchange.clock.wallMicroseconds()
    guard let body = try? JSONParser.parse(text), case .object = body else {
      let shown = String(decoding: text.prefix(128), as: UTF8.self)
      sendError("60012", "Invalid request: \(shown)", id: nil)
      return
    }
    var id: String?
    switch body["id"] {
    case nil, .null: break
    case .string(let given) where Session.isIdentifier(given): id = given
    default:
      sendError("60033", "Parameter id error", id: nil)
      return
    }
    guard let operation = body["op"]?.string else {
      sendError("60012", "Invalid request: op is missing", id: id)
      return
    }
    guard let arguments = body["args"]?.array, !arguments.isEmpty else {
      sendError("60013", "Invalid args", id: id)
      return
    }
    let request = RequestEnvelope(
      id: id, operation: operation, body: body, arguments: arguments,
      receivedMicroseconds: received)
    switch operation {
    case "subscribe", "unsubscribe", "login":
      if !admitRequest(now: exchange.clock.monotonic()) {
        sendError("60014", "Requests too frequent", id: id)
        return
      }
      switch operation {
      case "login": login(request, in: exchange)
      case "subscribe": for argument in arguments { subscribe(argument, request, in: exchange) }
      default: for argument in arguments { unsubscribe(argument, request, in: exchange) }
      }
    default:
      trade(request, in: exchange)
    }
  }

  // MARK: - Subscriptions

  private func parsed(_ value: ParsedJSON, _ request: RequestEnvelope) -> ChannelArgument? {
    switch ChannelArgument.parse(value, on: endpoint) {
    case .argument(let argument): return argument
    case .refused(let code, let message):
      sendError(code, message, id: request.id)
      return nil
    }
  }

  private func subscribe(
    _ value: ParsedJSON, _ request: RequestEnvelope, in exchange: SimulatedExchange
  ) {
    guard let argument = parsed(value, request) else { return }
    if argument.channel.isPrivate && !isLoggedIn {
      sendError("60011", "Please log in", id: request.id)
      return
    }
    if argument.channel.isOfInstrument && !exchange.serves(argument) {
      sendError(
        "60018",
        "Wrong URL or channel:\(value.text("channel") ?? ""),instId:\(argument.instrument) doesn't "
          + "exist. Please use the correct URL, channel and parameters referring to API document.",
        id: request.id)
      return
    }
    let isTickByTick = argument.channel == .booksL2Tbt || argument.channel == .books50L2Tbt
    if isTickByTick && exchange.options.requireLoginForTbt && !isLoggedIn {
      sendError(
        "64003", "Your trading fee tier doesn't meet the requirement to access this channel",
        id: request.id)
      return
    }
    sendEvent("subscribe", argument: argument.rendered, id: request.id)
    if conflicts(argument) {
      sendError(
        "64004", "\(argument.channel.rawValue) conflicts with books-l2-tbt of the same instrument",
        id: request.id)
      return
    }
    if argument.channel == .booksL2Tbt { dropDisplaced(by: argument, in: exchange) }
    // OKX acknowledges a second subscription of the same channel and sends no second snapshot.
    if subscription(of: argument) != nil { return }
    let subscription = Subscription(argument: argument, session: self)
    add(subscription)
    exchange.subscribed(subscription)
  }

  /// `books` and `books50-l2-tbt` beside a live `books-l2-tbt` of the same instrument.
  private func conflicts(_ argument: ChannelArgument) -> Bool {
    if argument.channel != .books && argument.channel != .books50L2Tbt { return false }
    return subscriptions.contains {
      $0.argument.channel == .booksL2Tbt && $0.argument.instrument == argument.instrument
    }
  }

  private func dropDisplaced(by argument: ChannelArgument, in exchange: SimulatedExchange) {
    let displaced = subscriptions.filter {
      ($0.argument.channel == .books || $0.argument.channel == .books50L2Tbt)
        && $0.argument.instrument == argument.instrument
    }
    for subscription in displaced {
      _ = removeSubscription(of: subscription.argument)
      exchange.unsubscribed(subscription)
      sendEvent("unsubscribe", argument: subscription.argument.rendered, id: nil)
    }
  }

  private func unsubscribe(
    _ value: ParsedJSON, _ request: RequestEnvelope, in exchange: SimulatedExchange
  ) {
    guard let argument = parsed(value, request) else { return }
    if let subscription = removeSubscription(of: argument) {
      exchange.unsubscribed(subscription)
    }
    sendEvent("unsubscribe", argument: argument.rendered, id: request.id)
  }
}
