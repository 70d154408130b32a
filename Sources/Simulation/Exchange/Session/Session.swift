// One client connection's protocol state: login, subscriptions, request limits; simulation.

/// From the upgrade until the connection is gone.
final class Session {
  let connection: any Peer
  /// OKX's `connId`: eight hex digits.
  let identifier: String
  /// 1 for the first connection of this exchange's life; faults may name it.
  let number: Int
  var isLoggedIn = false
  /// In the order they were made.
  private(set) var subscriptions: [Subscription] = []
  /// Nothing passes in either direction, and neither side knows.
  var isHalfOpen = false
  /// Market pushes sent or due to this connection: faults count them.
  var pushes = 0
  private var requests: RateLimit

  init(connection: any Peer, identifier: UInt32, number: Int, requestsPerHour: Int) {
    self.connection = connection
    self.number = number
    self.identifier = String(identifier, radix: 16)
    requests = RateLimit(limit: requestsPerHour, windowNanoseconds: 3_600 * 1_000_000_000)
  }

  var endpoint: Endpoint { connection.endpoint }

  // MARK: - Subscriptions

  func subscription(of argument: ChannelArgument) -> Subscription? {
    subscriptions.first { $0.argument == argument }
  }

  func add(_ subscription: Subscription) { subscriptions.append(subscription) }

  /// Nil where there is none.
  func removeSubscription(of argument: ChannelArgument) -> Subscription? {
    subscriptions.firstIndex { $0.argument == argument }.map { subscriptions.remove(at: $0) }
  }

  func removeSubscriptions() -> [Subscription] {
    defer { subscriptions = [] }
    return subscriptions
  }

  /// Market data of any instrument.
  var receivesMarket: Bool { subscriptions.contains { $0.argument.channel.published != nil } }

  func receives(instrument: String) -> Bool {
    subscriptions.contains {
      $0.argument.channel.published != nil && $0.argument.instrument == instrument
    }
  }

  /// It follows the instrument's book itself, and not only figures that are made of it.
  func carriesBook(of instrument: String) -> Bool {
    subscriptions.contains {
      ($0.argument.channel.published?.depth ?? 0) > 0 && $0.argument.instrument == instrument
    }
  }

  // MARK: - Requests and answers

  /// Counts a subscribe, unsubscribe or login request at `now`, monotonic nanoseconds.
  func admitRequest(now: Int64) -> Bool { requests.admit(now: now) }

  /// `id` of a request: 1 to 32 ASCII letters and digits.
  static func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= 32
      && bytes.allSatisfy {
        ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
      }
  }

  func send(_ text: String) { push(.text(text)) }

  func push(_ frame: ServerFrame) { if !isHalfOpen { connection.send(frame) } }

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
  /// A depth channel follows its instrument to another name.
  var argument: ChannelArgument
  /// The instrument whose market it follows, whatever it is called by now.
  var market: Int?
  unowned let session: Session

  init(argument: ChannelArgument, session: Session) {
    self.argument = argument
    self.session = session
  }
}
