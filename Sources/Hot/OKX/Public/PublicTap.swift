// Holds subscriptions to any public channel on one connection, blind to what they carry: for recording; control plane.

import Quantities
import Wire

/// A tool's session as a value: texts to send out, received texts in. Does no I/O and reads no clock.
public struct PublicTap: Sendable {
  /// One subscription: a channel of any name, of an instrument where it has one.
  public struct Channel: Hashable, Sendable {
    public var name: String
    public var instrument: String?
    /// `instType`, for the channels that are asked for by type (`liquidation-orders`).
    public var instrumentType: String?

    /// Nil where a name may not stand in a request: anything but letters, digits and `-_.`
    public init?(name: String, instrument: String?, instrumentType: String? = nil) {
      func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
          && text.utf8.allSatisfy { byte in
            switch byte {
            case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
          }
      }
      guard isPlain(name), instrument.map(isPlain) ?? true, instrumentType.map(isPlain) ?? true
      else { return nil }
      self.name = name
      self.instrument = instrument
      self.instrumentType = instrumentType
    }

    public var needsLogin: Bool { MarketChannel(okxName: name)?.needsLogin ?? false }
  }

  public enum Event: Sendable, Equatable {
    /// A frame to keep.
    case push
    /// Nil: a channel that cannot be named.
    case subscribed(Channel?)
    /// The exchange ended it, asked for or not.
    case unsubscribed(Channel?)
    case loggedIn
    /// The exchange refuses something, in its own words; `request` is the `id` of what it refuses, where it says so.
    case refused(code: String, message: String, request: String?)
    /// The connection will be closed for an upgrade: dial anew.
    case upgrade
    case pong
  }

  public let channels: [Channel]
  private let needsLogin: Bool
  private var silence = SilenceProbe()
  public private(set) var live = 0

  /// Arguments of one subscribe request.
  static let argumentsMax = 100

  public init(channels: [Channel]) {
    self.channels = channels
    needsLogin = channels.contains { $0.needsLogin }
  }

  /// Requests that a connect costs, for the hourly budget.
  public var requestsOnConnect: Int {
    (needsLogin ? 1 : 0) + (channels.count + PublicTap.argumentsMax - 1) / PublicTap.argumentsMax
  }

  /// What to send on a fresh connection: the login where one is needed, else the subscriptions.
  public mutating func opened(now: Instant, login: (() -> [UInt8])?) -> [[UInt8]] {
    silence.heard(now)
    live = 0
    if needsLogin, let login { return [login()] }
    return subscriptions
  }

  public var subscriptions: [[UInt8]] {
    stride(from: 0, to: channels.count, by: PublicTap.argumentsMax).map { first in
      let some = channels[first..<min(first + PublicTap.argumentsMax, channels.count)]
      return PublicTap.request(id: first / PublicTap.argumentsMax + 1, some)
    }
  }

  /// Which of `channels` the request of `subscriptions` with this `id` names.
  public func channels(of id: Int) -> Range<Int> {
    guard id > 0, id - 1 <= channels.count / PublicTap.argumentsMax else { return 0..<0 }
    let first = min((id - 1) * PublicTap.argumentsMax, channels.count)
    return first..<min(first + PublicTap.argumentsMax, channels.count)
  }

  /// One subscribe request.
  public static func request(id: Int, _ channels: some Sequence<Channel>) -> [UInt8] {
    let arguments = channels.map { channel in
      let instrument = channel.instrument.map { ",\"instId\":\"\($0)\"" } ?? ""
      let type = channel.instrumentType.map { ",\"instType\":\"\($0)\"" } ?? ""
      return "{\"channel\":\"\(channel.name)\"\(type)\(instrument)}"
    }
    return Array(
      "{\"id\":\"\(id)\",\"op\":\"subscribe\",\"args\":[\(arguments.joined(separator: ","))]}"
        .utf8)
  }

  /// A ping when the exchange has been silent, once.
  public mutating func tick(now: Instant) -> [UInt8]? {
    silence.need(now) == .ping ? Array("\(SilenceProbe.ping)".utf8) : nil
  }

  /// What a received text is.
  public mutating func take(_ text: UnsafeRawBufferPointer, receivedAt: Instant) -> Event {
    silence.heard(receivedAt)
    if unsafe JSONScanner(text).isPong { return .pong }
    guard let event = unsafe PublicTap.event(text) else { return .push }
    switch event {
    case .subscribed: live += 1
    case .unsubscribed: live = max(0, live - 1)
    case .push, .loggedIn, .refused, .upgrade, .pong: break
    }
    return event
  }

  private static func string(_ text: UnsafeRawBufferPointer, _ part: JSONText) -> String {
    unsafe String(decoding: text[part.start..<part.end], as: UTF8.self)
  }

  /// Nil for a push, and for what is no JSON: both are kept as they are.
  private static func event(_ text: UnsafeRawBufferPointer) -> Event? {
    // A push has no event member; its data may be long.
    var scanner = unsafe JSONScanner(text)
    var fields: [String: String] = [:]
    var channel: Channel?
    do throws(FaultCode) {
      var more = try scanner.enterObject()
      while more {
        let name = unsafe string(text, try scanner.key())
        switch name {
        case "data": return nil
        case "event", "code", "msg": fields[name] = unsafe string(text, try scanner.string())
        case "id":
          var ahead = scanner
          if let id = try? ahead.string() { fields[name] = unsafe string(text, id) }
          try scanner.skipValue()
        case "arg":
          var ahead = scanner
          channel = try? unsafe PublicTap.channel(text, &ahead)
          try scanner.skipValue()
        default: try scanner.skipValue()
        }
        more = try scanner.nextMember()
      }
    } catch { return nil }
    switch fields["event"] {
    case "subscribe": return .subscribed(channel)
    case "unsubscribe": return .unsubscribed(channel)
    case "login": return .loggedIn
    case "notice": return fields["code"] == "\(SessionCode.upgrade)" ? .upgrade : nil
    case "error":
      return .refused(
        code: fields["code"] ?? "?", message: fields["msg"] ?? "", request: fields["id"])
    default: return nil
    }
  }

  /// An event's `arg`.
  private static func channel(
    _ text: UnsafeRawBufferPointer, _ scanner: inout JSONScanner
  ) throws(FaultCode) -> Channel? {
    var fields: [String: String] = [:]
    var more = try scanner.enterObject()
    while more {
      let name = unsafe string(text, try scanner.key())
      switch name {
      case "channel", "instId", "instType": fields[name] = unsafe string(text, try scanner.string())
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    guard let name = fields["channel"] else { return nil }
    return Channel(name: name, instrument: fields["instId"], instrumentType: fields["instType"])
  }
}
