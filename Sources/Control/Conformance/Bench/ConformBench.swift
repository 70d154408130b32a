// What every step works with: lines, REST, the instruments, the rules of the day, and a clean account; control plane.

import Account
import Dialing
import ExchangeCalendar
import Foundation
import JSON
import OKX
import Quantities
import Synchronization

public final class ConformBench: Sendable {
  public let target: ConformTarget
  public let log: FrameLog
  /// The exchange's day, and what is in force on it.
  public let day: CalendarDay
  public let rules: RulesInForce
  /// Rows of `public/instruments`.
  public let spot: JSONValue
  public let swap: JSONValue
  private let state: Mutex<State>

  private struct State {
    var pacer: ConnectPacer
    var lines: [ConformLine] = []
    var connections = 0
    /// Nothing else connects until then.
    var heldUntil = Instant.zero
    var orders = 0
  }

  /// Letters that begin every `clOrdId` of this run.
  public let prefix: String
  /// On every order of a run: a sweep of the desk leaves them alone, and this run's own end finds them.
  public static let tag = "conform"

  init(
    _ target: ConformTarget, log: FrameLog, day: CalendarDay, spot: JSONValue, swap: JSONValue
  ) {
    self.target = target
    self.log = log
    self.day = day
    rules = RulesInForce(on: day, isDemo: target.environment == .demo)
    self.spot = spot
    self.swap = swap
    state = Mutex(State(pacer: ConnectPacer(seed: .random(in: .min ... .max))))
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    prefix = "cf" + String((0..<6).map { _ in letters.randomElement() ?? "x" })
  }

  // MARK: Lines

  /// A new connection, in its turn of three a second (docs/OKX.md OKX-004).
  /// - Parameters:
  ///   - port: instead of the URL's own.
  ///   - seconds: that it may take.
  public func open(
    _ path: ConformTarget.Path, port: UInt16? = nil, seconds: Double = 10
  ) async throws -> ConformLine {
    for _ in 0..<ConformBench.retriesMax {
      do { return try await openOnce(path, port, seconds) } catch let error as DialError
        where error.step == .upgrade && error.detail.contains("429")
      {
        // Three a second as we send them may be four in a second of theirs.
        try await Task.sleep(nanoseconds: 1_000_000_000)
      }
    }
    return try await openOnce(path, port, seconds)
  }

  private static let retriesMax = 3

  private func openOnce(
    _ path: ConformTarget.Path, _ port: UInt16?, _ seconds: Double
  ) async throws -> ConformLine {
    while !state.withLock({ $0.heldUntil < .now() && $0.pacer.take(now: .now()) }) {
      try await Task.sleep(nanoseconds: 20_000_000)
    }
    return try await dial(path, port: port, seconds: seconds)
  }

  private func dial(
    _ path: ConformTarget.Path, port: UInt16?, seconds: Double
  ) async throws -> ConformLine {
    let number = state.withLock {
      $0.connections += 1
      return $0.connections
    }
    var url = target.url(path)
    url.port = port ?? url.port
    let line = ConformLine(name: "\(path.rawValue)-\(number)", log: log)
    try await line.open(
      DialRequest(
        url: url, tls: url.isSecure ? target.tls : nil, proxy: target.proxy,
        headers: target.headers, timeoutNanoseconds: Int64(seconds * 1e9)))
    state.withLock { $0.lines.append(line) }
    return line
  }

  /// So many connections in one moment, past the limit of docs/OKX.md OKX-004, while nothing else of this run
  /// connects a second before and behind: how many opened, and why the others did not.
  public func openAtOnce(
    _ path: ConformTarget.Path, _ count: Int
  ) async throws -> (opened: Int, refused: [String]) {
    hold(seconds: 5)
    try await Task.sleep(nanoseconds: 1_200_000_000)
    let found = await withTaskGroup(of: Result<ConformLine, any Error>.self) { group in
      for _ in 0..<count {
        group.addTask {
          do { return .success(try await self.dial(path, port: nil, seconds: 5)) } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    hold(seconds: 1.2)
    var refused: [String] = []
    for result in found {
      switch result {
      case .success(let line): close(line)
      case .failure(let error): refused.append("\(error)")
      }
    }
    return (count - refused.count, refused)
  }

  private func hold(seconds: Double) {
    let until = Instant.now().advanced(byNanoseconds: Int64(seconds * 1e9))
    state.withLock { $0.heldUntil = until }
  }

  /// Logged in.
  public func openPrivate(_ path: ConformTarget.Path = .private) async throws -> ConformLine {
    let line = try await open(path)
    line.send(text: loginText())
    let reply = try await line.next("login reply") { $0.event == "login" || $0.event == "error" }
    guard reply.event == "login", reply.code == "0" else {
      throw ConformHindrance("the login was refused: \(reply.text)")
    }
    return line
  }

  /// A login's text with the time of the exchange's clock, moved by `ahead` seconds.
  public func loginText(key: APIKey? = nil, ahead: Int64 = 0) -> String {
    let seconds = target.rest.venueClock.now().milliseconds / 1_000 + ahead
    return String(
      decoding: LoginRequest.text(key ?? target.key, unixSeconds: seconds), as: UTF8.self)
  }

  /// Closes the line and forgets it.
  public func close(_ line: ConformLine) {
    line.close()
    state.withLock { $0.lines.removeAll { $0 === line } }
  }

  /// Subscribes and waits for the acknowledgement; the mark stands before it, as a push may come first (OKX-032).
  @discardableResult
  public func subscribe(_ line: ConformLine, _ argument: [String: JSONValue]) async throws -> Int {
    let mark = line.mark
    let id = nextID("s")
    line.send(["op": "subscribe", "id": .string(id), "args": [.object(argument)]])
    let reply = try await line.next(
      "acknowledgement of \(argument["channel"]?.string ?? "")", after: mark
    ) {
      $0.id == id && ($0.event == "subscribe" || $0.event == "error")
    }
    if reply.event == "error" {
      throw ConformHindrance("a subscription was refused: \(reply.text)")
    }
    return mark
  }

  // MARK: REST

  /// The rows of a call that has to succeed.
  public func rows(
    _ method: String = "GET", _ path: String, _ body: JSONValue? = nil, signed: Bool = true
  ) async throws -> [JSONValue] {
    let answer = try await call(method, path, body, signed: signed)
    guard answer.json["code"]?.string == "0", let rows = answer.json["data"]?.array else {
      throw ConformHindrance("\(method) \(path): \(answer.text.prefix(200))")
    }
    return rows
  }

  /// Whatever a call brings. `path` is what follows `/api/v5/`.
  public func call(
    _ method: String = "GET", _ path: String, _ body: JSONValue? = nil, signed: Bool = true,
    signing: RESTSigning? = nil, headers: [(String, String)]? = nil
  ) async throws -> ConformReply {
    let bytes = body.map { Data($0.canonical.utf8) }
    let whole = "/api/v5/" + path
    let answer = try await target.rest.answer(
      method, whole, body: bytes, signing: signing ?? (signed ? RESTSigning(target.key) : nil),
      headers: headers)
    let text = String(decoding: answer.body, as: UTF8.self)
    if let body { log.add("rest", .sent, call: "\(method) \(whole)", body.canonical) }
    log.add("rest", .received, call: "\(method) \(whole)", text)
    return ConformReply(
      status: answer.status, text: text, json: (try? JSONValue(parsing: text)) ?? .null)
  }

  // MARK: Names

  /// An `id` of a request, 1 to 32 letters and digits. Of an order request without a letter: a number, as the desk's
  /// are, so that its decoders find the answer.
  public func nextID(_ letter: String = "r") -> String {
    state.withLock {
      $0.orders += 1
      return "\(letter)\($0.orders)"
    }
  }

  /// A `clOrdId` that no other order of this run has.
  public func nextOrderID() -> String { prefix + nextID("o") }

  // MARK: Events that come by themselves

  /// Lets the simulated exchange do what an exchange does by itself (lines of a fault script); false at OKX,
  /// where one can only watch.
  public func provoke(_ lines: [String]) async throws -> Bool {
    guard target.environment == .simulated else { return false }
    _ = try await target.rest.plain(
      "/sim/faults", method: "POST", body: Data(lines.joined(separator: "\n").utf8))
    return true
  }

  /// Seconds that an event is waited for: few where it was provoked.
  public func patience(provoked: Bool) -> Double { provoked ? 5 : target.watchSeconds }

  /// Every line that is still open is closed.
  func closeAll() {
    for line in state.withLock({ $0.lines }) { line.close() }
  }
}

/// An answer of REST.
public struct ConformReply: Sendable {
  public var status: Int
  public var text: String
  public var json: JSONValue

  public var code: String { json.text("code") }
  public var rows: [JSONValue] { json["data"]?.array ?? [] }
  /// Of the first row.
  public var rowCode: String { rows.first?.text("sCode") ?? "" }
}
