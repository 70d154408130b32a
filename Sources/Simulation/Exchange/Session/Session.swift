// One client connection's protocol state: login, subscriptions, request limits; simulation.

/// Lives on the event loop, from the upgrade until the connection is gone.
final class Session {
  let connection: WebSocketConnection
  /// OKX's `connId`: eight hex digits.
  let identifier: String
  /// 1 for the first connection of this exchange's life; faults may name it.
  let number: Int
  var isLoggedIn = false
  var subscriptions: [ChannelArgument: Subscription] = [:]
  /// Market pushes sent or due to this connection: faults count them.
  var pushes = 0
  private var requests: RateLimit
  private let clock: Clock

  init(connection: WebSocketConnection, number: Int, requestsPerHour: Int, clock: Clock) {
    self.connection = connection
    self.number = number
    self.clock = clock
    let digits = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    identifier = digits
    requests = RateLimit(limit: requestsPerHour, windowNanoseconds: 3_600 * 1_000_000_000)
  }

  var endpoint: Endpoint { connection.endpoint }

  /// Market data of any instrument.
  var receivesMarket: Bool { subscriptions.keys.contains { $0.channel.published != nil } }

  func receives(instrument: String) -> Bool {
    subscriptions.keys.contains { $0.channel.published != nil && $0.instrument == instrument }
  }

  /// Counts a subscribe, unsubscribe or login request.
  func admitRequest() -> Bool { requests.admit(now: clock.monotonic()) }

  func send(_ text: String) {
    connection.send(RenderedFrame.text(text, allocator: connection.allocator))
  }

  /// OKX's error event: it never carries the `arg` it is about.
  func sendError(_ code: String, _ message: String, id: String?) {
    send(
      "{\(idMember(id))\"event\":\"error\",\"code\":\"\(code)\",\"msg\":\(quoted(message)),"
        + "\"connId\":\"\(identifier)\"}")
  }

  func sendEvent(_ event: String, argument: String, id: String?) {
    send(
      "{\(idMember(id))\"event\":\"\(event)\",\"arg\":\(argument),\"connId\":\"\(identifier)\"}")
  }

  func idMember(_ id: String?) -> String { id.map { "\"id\":\(quoted($0))," } ?? "" }
}

/// One channel that a session receives.
final class Subscription {
  let argument: ChannelArgument
  unowned let session: Session

  init(argument: ChannelArgument, session: Session) {
    self.argument = argument
    self.session = session
  }
}
