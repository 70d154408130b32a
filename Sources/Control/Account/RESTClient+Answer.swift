// A request as a checker sends it: signed however it likes, answered by whatever came; control plane.

import AsyncHTTPClient
import Foundation
import NIOCore
import OKX
import Quantities

/// What came, before anybody judged it.
public struct RESTAnswer: Sendable {
  public var status: Int
  public var body: Data
}

/// How a request is signed, rightly or not.
public struct RESTSigning: Sendable {
  public var key: APIKey
  /// Milliseconds that its time stamp is ahead of the exchange's clock.
  public var ahead: Int64
  /// Names of the four headers that are left out.
  public var leftOut: Set<String> = []
  /// Instead of the right signature.
  public var signature: String?

  public init(_ key: APIKey, ahead: Int64 = 0) {
    self.key = key
    self.ahead = ahead
  }
}

extension RESTClient {
  /// Sent at once, without a pacer, a second try, or a look at the envelope: what a refusal says is what the
  /// caller wants to know. Throws where no answer came.
  /// - Parameter headers: nil: those of this environment.
  public func answer(
    _ method: String, _ path: String, body: Data? = nil, signing: RESTSigning? = nil,
    headers: [(String, String)]? = nil
  ) async throws(RESTError) -> RESTAnswer {
    var request = HTTPClientRequest(url: base + path)
    request.method = .RAW(value: method)
    if let body { request.body = .bytes(body) }
    request.headers.add(name: "Content-Type", value: "application/json")
    for (name, value) in headers ?? self.headers { request.headers.add(name: name, value: value) }
    if let signing {
      let now = venueClock.now()
      let stamp = RESTClient.timestamp(
        WallMilliseconds(milliseconds: now.milliseconds + signing.ahead))
      let signature =
        signing.signature
        ?? LoginRequest.signature(
          secret: signing.key.secret, time: stamp, method: method, path: path,
          body: String(decoding: body ?? Data(), as: UTF8.self))
      for (name, value) in [
        ("OK-ACCESS-KEY", signing.key.key), ("OK-ACCESS-PASSPHRASE", signing.key.passphrase),
        ("OK-ACCESS-TIMESTAMP", stamp), ("OK-ACCESS-SIGN", signature),
      ] where !signing.leftOut.contains(name) {
        request.headers.add(name: name, value: value)
      }
    }
    do {
      let response = try await client.execute(request, timeout: timeout)
      let body = try await response.body.collect(upTo: RESTClient.bodyBytesMax)
      return RESTAnswer(status: Int(response.status.code), body: Data(buffer: body))
    } catch {
      throw .unreachable("\(base)\(path.prefix { $0 != "?" }): \(error)")
    }
  }
}
