// OKX REST over async-http-client: public and signed requests, each answered by a checked envelope; control plane.

import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOFoundationCompat
import NIOSSL
import OKX

/// Why a request brought no data.
public enum RESTError: Error, Sendable, CustomStringConvertible {
  /// No reply in time, or none at all: what a trading request did is unknown.
  case unreachable(String)
  case status(Int, body: String)
  /// The envelope's code is not 0.
  case refused(code: String, message: String)
  case malformed(String)
  case missingCredentials

  public var description: String {
    switch self {
    case .unreachable(let text): "no reply: \(text)"
    case .status(let status, let body): "HTTP \(status): \(body.prefix(200))"
    case .refused(let code, let message): "OKX \(code): \(message)"
    case .malformed(let text): "a reply that is not understood: \(text)"
    case .missingCredentials: "this request needs an API key: set okx.credentials"
    }
  }
}

/// An HTTP proxy that requests go through by CONNECT (`network.proxy`): exchange, models and news alike.
public struct RESTProxy: Sendable {
  public var host: String
  public var port: Int
  /// User and password, where it asks for them.
  public var credentials: (user: String, password: String)?

  public init(host: String, port: Int, credentials: (user: String, password: String)? = nil) {
    self.host = host
    self.port = port
    self.credentials = credentials
  }

  public var setting: HTTPClient.Configuration.Proxy {
    guard let credentials else { return .server(host: host, port: port) }
    return .server(
      host: host, port: port,
      authorization: .basic(username: credentials.user, password: credentials.password))
  }
}

/// One exchange host. `shutdown` before it is dropped.
public final class RESTClient: Sendable {
  public let base: String
  private let client: HTTPClient
  private let key: APIKey?
  private let headers: [(String, String)]
  private let timeout: TimeAmount

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
    try await send("GET", path, body: nil, signed: false)
  }

  /// The same with the account's signature (docs/OKX.md OKX-170).
  public func getSigned(_ path: String) async throws -> Data {
    try await send("GET", path, body: nil, signed: true)
  }

  public func postSigned(_ path: String, body: Data) async throws -> Data {
    try await send("POST", path, body: body, signed: true)
  }

  /// A body that is no OKX envelope: the simulated exchange's own report and health.
  public func plain(_ path: String, method: String = "GET") async throws -> Data {
    var request = HTTPClientRequest(url: base + path)
    request.method = .RAW(value: method)
    let response = try await client.execute(request, timeout: timeout)
    return Data(buffer: try await response.body.collect(upTo: RESTClient.bodyBytesMax))
  }

  private func send(
    _ method: String, _ path: String, body: Data?, signed: Bool
  ) async throws -> Data {
    var request = HTTPClientRequest(url: base + path)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.headers.add(name: "Content-Type", value: "application/json")
    if let body { request.body = .bytes(body) }
    if signed {
      guard let key else { throw RESTError.missingCredentials }
      let stamp = RESTClient.timestamp(Date())
      let sign = LoginRequest.signature(
        secret: key.secret, time: stamp, method: method, path: path,
        body: String(decoding: body ?? Data(), as: UTF8.self))
      request.headers.add(name: "OK-ACCESS-KEY", value: key.key)
      request.headers.add(name: "OK-ACCESS-PASSPHRASE", value: key.passphrase)
      request.headers.add(name: "OK-ACCESS-TIMESTAMP", value: stamp)
      request.headers.add(name: "OK-ACCESS-SIGN", value: sign)
    }
    let status: Int
    let data: Data
    do {
      let response = try await client.execute(request, timeout: timeout)
      status = Int(response.status.code)
      data = Data(buffer: try await response.body.collect(upTo: RESTClient.bodyBytesMax))
    } catch {
      throw RESTError.unreachable("\(base)\(path.prefix { $0 != "?" }): \(error)")
    }
    try RESTClient.check(data, status: status)
    return data
  }

  /// Throws unless the envelope says `code` 0. A trade endpoint's `sCode`s are the caller's to read.
  private static func check(_ data: Data, status: Int) throws {
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
    if head.code != "0" { throw RESTError.refused(code: head.code, message: head.msg ?? "") }
  }

  /// ISO-8601 UTC with milliseconds, such as `2020-12-08T09:08:57.715Z`.
  static func timestamp(_ date: Date) -> String {
    date.formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
  }
}
