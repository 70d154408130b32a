// An echo client for conformance suites: what they send comes back, over either transport; control plane.
import Quantities
import Transport
import Wire

/// Drives our WebSocket client against a fuzzing server (Autobahn's, for one).
public enum WireEcho {
  /// Cases of one suite.
  public static let casesMax = 10_000
  public static let agent = "llmtrading"

  /// What one suite came to.
  public struct Summary: Sendable {
    public var cases = 0
    public var messages: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Connections that did not end in a close handshake begun by the server: a fuzzing server breaks the
    /// protocol on purpose.
    public var faults = 0
  }

  /// Runs every case of the suite at `url`: `url/getCaseCount`, `url/runCase?case=N&agent=llmtrading` for
  /// each, `url/updateReports?agent=llmtrading`. `progress` takes a sentence now and then.
  public static func run(
    url: String, transport: TransportKind? = nil, caFile: String? = nil,
    progress: (String) -> Void = { _ in }
  ) throws -> Summary {
    var base = url
    while base.hasSuffix("/") { base.removeLast() }
    let tls = base.hasPrefix("wss") ? try TLSContext(caFile: caFile) : nil
    let choice = Transport.choose(requested: transport)
    progress(choice.reason)
    var session = try MessageSession(kind: choice.kind)
    func connect(_ path: String, reply: Bool) throws -> EchoOutcome {
      let request = DialRequest(url: try WebSocketURL(base + path), tls: tls)
      return try EchoHandler(reply: reply).outcome(of: request, &session)
    }
    var summary = Summary()
    let count = try connect("/getCaseCount", reply: false)
    guard let cases = Int(count.firstText), cases >= 0, cases <= casesMax else {
      throw DialError(.protocolError, .session, "getCaseCount said \"\(count.firstText)\"")
    }
    progress("\(cases) cases")
    for index in 0..<cases {
      let path = "/runCase?case=\(index + 1)&agent=\(agent)"
      let outcome = try connect(path, reply: true)
      summary.cases += 1
      summary.messages += outcome.messages
      summary.bytes += outcome.bytes
      if outcome.fault != .closedByPeer { summary.faults += 1 }
      if (index + 1) % 50 == 0 { progress("\(index + 1) of \(cases)") }
    }
    _ = try connect("/updateReports?agent=\(agent)", reply: false)
    return summary
  }

  /// One connection to `url`: echoes until the server closes.
  public static func echo(
    url: String, transport: TransportKind? = nil, tls: TLSContext? = nil,
    proxy: ProxyEndpoint? = nil
  ) throws -> EchoOutcome {
    var session = try MessageSession(kind: Transport.choose(requested: transport).kind)
    let request = DialRequest(url: try WebSocketURL(url), tls: tls, proxy: proxy)
    return try EchoHandler(reply: true).outcome(of: request, &session)
  }
}

/// How one echoed connection went.
public struct EchoOutcome: Sendable {
  public var messages: UInt64 = 0
  public var bytes: UInt64 = 0
  /// The first text message, up to 1 KiB of it.
  public var firstText = ""
  /// `.closedByPeer` after a clean close, `.connectionLost` without one, or our reader's fault.
  public var fault = FaultCode.none
  public var closeCode: UInt16 = 0
}

/// Counts what comes and, when `reply`, sends it back.
private struct EchoHandler: MessageHandler {
  let reply: Bool
  private var outcome = EchoOutcome()

  init(reply: Bool) { self.reply = reply }

  consuming func outcome(of request: DialRequest, _ session: inout MessageSession)
    throws(DialError) -> EchoOutcome
  {
    let end = try session.connect(request, &self)
    outcome.fault = end.fault
    outcome.closeCode = end.closeCode
    return outcome
  }

  mutating func opened(now: Instant) -> MessageReply { .none }
  mutating func tick(now: Instant) -> MessageReply { .none }
  mutating func take(isText: Bool, _ payload: UnsafeRawBufferPointer, receivedAt: Instant)
    -> MessageReply
  {
    outcome.messages += 1
    outcome.bytes += UInt64(payload.count)
    if isText && outcome.firstText.isEmpty {
      unsafe outcome.firstText = String(decoding: payload.prefix(1024), as: UTF8.self)
    }
    return reply ? .echo : .none
  }
}
