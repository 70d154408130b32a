// OKX REST over async-http-client: public and signed requests, each answered by a checked envelope; control plane.

import AsyncHTTPClient
import Channels
import Foundation
import Logging
import NIOCore
import NIOFoundationCompat
import NIOSSL
import OKX
import Quantities
import Synchronization

/// Why a request brought no data.
public enum RESTError: Error, Sendable, CustomStringConvertible {
  /// No reply in time, or none at all: what a trading request did is unknown.
  case unreachable(String)
  case status(Int, body: String)
  /// The envelope's code is not 0.
  case refused(code: String, message: String)
  case malformed(String)
  case missingCredentials
  /// Nothing was sent: too many calls wait for their turn already.
  case busy(String)

  public var description: String {
    switch self {
    case .unreachable(let text): "no reply: \(text)"
    case .status(let status, let body): "HTTP \(status): \(body.prefix(200))"
    case .refused(let code, let message):
      "OKX \(code): \(message)"
        + (Int32(code).flatMap { RefusalHint.text($0) }.map { "; \($0)" } ?? "")
    case .malformed(let text): "a reply that is not understood: \(text)"
    case .missingCredentials: "this request needs an API key: set okx.credentials"
    case .busy(let call): "too many calls wait before this one: \(call)"
    }
  }
}

/// One exchange host. `shutdown` before it is dropped.
public final class RESTClient: Sendable {
  public let base: String
  let client: HTTPClient
  private let key: APIKey?
  let headers: [(String, String)]
  let timeout: TimeAmount
  private let proxy: RESTProxy?
  private let turnstile = RESTTurnstile()
  /// What signed requests are stamped by: our own clock until `measureClock` has asked for the exchange's.
  public let venueClock = VenueClock()
  let estimate = Mutex(ClockEstimate())

  /// Largest reply body accepted: all instruments of one type are about 2 MB.
  public static let bodyBytesMax = 32 << 20

  /// - Parameters:
  ///   - base: such as `https://www.okx.com`, without a slash at the end.
  ///   - caFile: PEM trust anchors instead of the system's.
  ///   - proxy: a CONNECT proxy; nil: none.
  ///   - isSimulated: sends `x-simulated-trading: 1` (OKX's demo environment).
  public init(
    base: String, key: APIKey? = nil, caFile: String? = nil,
    proxy: RESTProxy? = nil, isSimulated: Bool = false,
    timeoutMilliseconds: Int64 = 5_000
  ) throws {
    self.base = base
    self.key = key
    self.proxy = proxy
    headers = isSimulated ? [("x-simulated-trading", "1")] : []
    timeout = .milliseconds(timeoutMilliseconds)
    var tls = TLSConfiguration.makeClientConfiguration()
    if let caFile {
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caFile))
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.redirectConfiguration = .disallow
    configuration.proxy = proxy?.setting
    configuration.timeout.connect = timeout
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  public func shutdown() async { try? await client.shutdown() }

  /// The envelope's body of a public GET; `path` begins with `/api/v5/` and holds the query.
  public func get(_ path: String) async throws -> Data {
    try await send(HTTPClientRequest(url: base + path), path)
  }

  /// The same with the account's signature (docs/OKX.md OKX-170), when the pacer gives it its turn.
  public func getSigned(
    _ path: String, _ priority: RESTPriority = .figures
  ) async throws -> Data {
    try await sendSigned("GET", path, body: nil, priority)
  }

  /// Where `rowsDecide`, an envelope that says no more than that some rows were refused (1 and 2, docs/OKX.md
  /// OKX-130) is an answer: its rows say which.
  public func postSigned(
    _ path: String, body: Data, _ priority: RESTPriority = .order, rowsDecide: Bool = false
  ) async throws -> Data {
    try await sendSigned(
      "POST", path, body: body, priority, passing: rowsDecide ? ["0", "1", "2"] : ["0"])
  }

  /// A body that is no OKX envelope: the simulated exchange's own report and health.
  public func plain(
    _ path: String, method: String = "GET", body: Data? = nil
  ) async throws -> Data {
    var request = HTTPClientRequest(url: base + path)
    request.method = .RAW(value: method)
    if let body { request.body = .bytes(body) }
    let response = try await client.execute(request, timeout: timeout)
    return Data(buffer: try await response.body.collect(upTo: RESTClient.bodyBytesMax))
  }

  /// A request whose time is refused was not done: it is asked once more, by the exchange's own clock.
  private func sendSigned(
    _ method: String, _ path: String, body: Data?, _ priority: RESTPriority,
    passing codes: Set<String> = ["0"]
  ) async throws -> Data {
    do { return try await sendStamped(method, path, body: body, priority, passing: codes) } catch {
      // A clock that was set is believed when a second answer says the same.
      guard case RESTError.refused(RESTClient.timeRefused, _) = error,
        (try? await measureClock()) != nil, (try? await measureClock()) != nil
      else { throw error }
    }
    return try await sendStamped(method, path, body: body, priority, passing: codes)
  }

  /// Docs/OKX.md OKX-170.
  private static let timeRefused = "50102"

  private func sendStamped(
    _ method: String, _ path: String, body: Data?, _ priority: RESTPriority,
    passing codes: Set<String>
  ) async throws -> Data {
    guard let key else { throw RESTError.missingCredentials }
    let ticket = try await turnstile.pass(RESTPacer.call(method, path), priority)
    var request = HTTPClientRequest(url: base + path)
    request.method = .RAW(value: method)
    if let body { request.body = .bytes(body) }
    // After the turnstile: the exchange takes a time stamp for 30 s alone.
    let stamp = RESTClient.timestamp(venueClock.now())
    let sign = LoginRequest.signature(
      secret: key.secret, time: stamp, method: method, path: path,
      body: String(decoding: body ?? Data(), as: UTF8.self))
    request.headers.add(name: "OK-ACCESS-KEY", value: key.key)
    request.headers.add(name: "OK-ACCESS-PASSPHRASE", value: key.passphrase)
    request.headers.add(name: "OK-ACCESS-TIMESTAMP", value: stamp)
    request.headers.add(name: "OK-ACCESS-SIGN", value: sign)
    do {
      let data = try await send(request, path, passing: codes)
      await turnstile.end(ticket)
      return data
    } catch {
      await turnstile.end(ticket, error as? RESTError)
      throw error
    }
  }

  private func send(
    _ request: HTTPClientRequest, _ path: String, passing codes: Set<String> = ["0"]
  ) async throws -> Data {
    var request = request
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.headers.add(name: "Content-Type", value: "application/json")
    let status: Int
    let data: Data
    do {
      let response = try await client.execute(request, timeout: timeout)
      status = Int(response.status.code)
      data = Data(buffer: try await response.body.collect(upTo: RESTClient.bodyBytesMax))
    } catch {
      let reason = proxyRefusal ?? "\(error)"
      throw RESTError.unreachable("\(base)\(path.prefix { $0 != "?" }): \(reason)")
    }
    try RESTClient.check(data, status: status, passing: codes)
    return data
  }

  private var proxyRefusal: String? {
    guard let proxy, let url = URL(string: base), let host = url.host else { return nil }
    return proxy.refusal(host, url.port ?? (url.scheme == "http" ? 80 : 443))
  }

  /// Throws unless the envelope's `code` is one of `codes`. A trade endpoint's `sCode`s are the caller's to read.
  private static func check(_ data: Data, status: Int, passing codes: Set<String>) throws {
    struct Head: Decodable {
      var code: String
      var msg: String?
    }
    guard let head = try? JSONDecoder().decode(Head.self, from: data) else {
      if status != 200 {
        throw RESTError.status(status, body: String(decoding: data.prefix(200), as: UTF8.self))
      }
      throw RESTError.malformed(String(decoding: data.prefix(200), as: UTF8.self))
    }
    if !codes.contains(head.code) {
      throw RESTError.refused(code: head.code, message: head.msg ?? "")
    }
  }

  /// ISO-8601 UTC with milliseconds, such as `2020-12-08T09:08:57.715Z`.
  static func timestamp(_ time: WallMilliseconds) -> String {
    let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1_000)
    let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: false, timeZone: .gmt))
    return whole.dropLast() + "." + String(String(1_000 + rest).dropFirst()) + "Z"
  }
}
