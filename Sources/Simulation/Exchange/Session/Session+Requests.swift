// What a client may ask on a WebSocket, and the refusals (OKX-022, OKX-030, OKX-131); simulation.

import Foundation

/// A well-formed request envelope.
struct SessionRequest {
  var id: String?
  var operation: String
  var body: JSONValue
  var arguments: [JSONValue]
  /// Microseconds since the epoch at which the request was taken from the socket.
  var receivedMicroseconds: Int64
}

extension Session {
  /// `id` of a request: 1 to 32 ASCII letters and digits.
  static func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= 32
      && bytes.allSatisfy {
        ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
      }
  }

  func handle(_ text: [UInt8], in exchange: Exchange) {
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
    let request = SessionRequest(
      id: id, operation: operation, body: body, arguments: arguments,
      receivedMicroseconds: received)
    switch operation {
    case "subscribe", "unsubscribe", "login":
      if !admitRequest() {
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

  private func parsed(_ value: JSONValue, _ request: SessionRequest) -> ChannelArgument? {
    switch ChannelArgument.parse(value, on: endpoint) {
    case .argument(let argument): return argument
    case .refused(let code, let message):
      sendError(code, message, id: request.id)
      return nil
    }
  }

  private func subscribe(_ value: JSONValue, _ request: SessionRequest, in exchange: Exchange) {
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
    if subscriptions[argument] != nil { return }
    let subscription = Subscription(argument: argument, session: self)
    subscriptions[argument] = subscription
    exchange.subscribed(subscription)
  }

  /// `books` and `books50-l2-tbt` beside a live `books-l2-tbt` of the same instrument.
  private func conflicts(_ argument: ChannelArgument) -> Bool {
    if argument.channel != .books && argument.channel != .books50L2Tbt { return false }
    return subscriptions.keys.contains {
      $0.channel == .booksL2Tbt && $0.instrument == argument.instrument
    }
  }

  private func dropDisplaced(by argument: ChannelArgument, in exchange: Exchange) {
    let displaced = subscriptions.values.filter {
      ($0.argument.channel == .books || $0.argument.channel == .books50L2Tbt)
        && $0.argument.instrument == argument.instrument
    }
    for subscription in displaced {
      subscriptions[subscription.argument] = nil
      exchange.unsubscribed(subscription)
      sendEvent("unsubscribe", argument: subscription.argument.rendered, id: nil)
    }
  }

  private func unsubscribe(_ value: JSONValue, _ request: SessionRequest, in exchange: Exchange) {
    guard let argument = parsed(value, request) else { return }
    if let subscription = subscriptions.removeValue(forKey: argument) {
      exchange.unsubscribed(subscription)
    }
    sendEvent("unsubscribe", argument: argument.rendered, id: request.id)
  }

  // MARK: - Login

  /// A login's time stamp may differ from ours by this.
  static let loginWindowSeconds: Int64 = 30

  private func login(_ request: SessionRequest, in exchange: Exchange) {
    if isLoggedIn {
      sendError("60031", "Repeated login on one connection is not supported", id: request.id)
      return
    }
    if let (code, message) = loginFault(request, in: exchange) {
      exchange.logger.info("login refused", metadata: ["code": "\(code)"])
      sendError(code, message, id: request.id)
      connection.close(.loginFailed)
      return
    }
    isLoggedIn = true
    send(
      "{\(idMember(request.id))\"event\":\"login\",\"code\":\"0\",\"msg\":\"\","
        + "\"connId\":\"\(identifier)\"}")
  }

  private func loginFault(_ request: SessionRequest, in exchange: Exchange) -> (String, String)? {
    if request.arguments.count != 1 { return ("60031", "Only one account may log in") }
    let argument = request.arguments[0]
    guard case .object = argument, let key = argument.text("apiKey"),
      let passphrase = argument.text("passphrase"),
      let stamp = argument.text("timestamp"), let sign = argument.text("sign")
    else { return ("60009", "Login failed.") }
    if key.isEmpty { return ("60005", "Invalid apiKey") }
    if passphrase.isEmpty { return ("60027", "Parameter passphrase can not be empty") }
    guard let seconds = Int64(stamp), seconds >= 0 else { return ("60004", "Invalid timestamp") }
    let now = exchange.clock.wallMilliseconds() / 1_000
    let (difference, overflowed) = now.subtractingReportingOverflow(seconds)
    if overflowed || difference.magnitude > Session.loginWindowSeconds.magnitude {
      return ("60006", "Timestamp request expired")
    }
    let credentials = exchange.options.credentials
    if key != credentials.key { return ("60032", "API key doesn't exist") }
    if passphrase != credentials.passphrase { return ("60024", "Wrong passphrase") }
    let text = stamp + "GET" + "/users/self/verify"
    if !Signature.isValid(sign, for: text, secret: credentials.secret) {
      return ("60007", "Invalid sign")
    }
    return nil
  }
}
