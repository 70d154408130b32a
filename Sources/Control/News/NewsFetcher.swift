// Fetches one document of a listed host, and refuses everything that leads elsewhere; control plane.
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Operations

/// What a server said to compare with the next time.
public struct NewsValidators: Sendable, Hashable {
  public var entityTag: String?
  public var lastModified: String?
  public init(entityTag: String? = nil, lastModified: String? = nil) {
    self.entityTag = entityTag
    self.lastModified = lastModified
  }
}

public enum NewsFetch: Sendable, Equatable {
  case document(Data, NewsValidators)
  case unchanged
}

/// Rules: the host is listed by name; https, or http to this machine where loopback is listed; every address
/// of the name is public; a redirect stays on its host; nothing compressed, nothing large, all in time. The
/// connection goes to the address that was checked, so a name cannot answer twice differently. Behind a
/// proxy the proxy resolves, and the list of hosts is what protects.
public struct NewsFetcher: Sendable {
  public var hosts: Set<String>
  public var proxy: HTTPClient.Configuration.Proxy?
  public var timeoutSeconds: Int64
  private let resolving = BlockingCalls("name resolution", threads: 2)

  public static let bytesMax = 4 << 20
  public static let redirectsMax = 3
  static let validatorBytesMax = 256

  public init(
    hosts: Set<String>, proxy: HTTPClient.Configuration.Proxy? = nil, timeoutSeconds: Int64 = 10
  ) {
    self.hosts = Set(hosts.map { $0.lowercased() })
    self.proxy = proxy
    self.timeoutSeconds = timeoutSeconds
  }

  /// Nil for what may be fetched.
  public func refusal(of text: String) -> NewsFault? {
    guard let url = URLComponents(string: text), let host = url.host?.lowercased(),
      !host.isEmpty, url.user == nil, url.password == nil, let scheme = url.scheme?.lowercased()
    else { return .badURL }
    if !hosts.contains(host) { return .hostRefused }
    if scheme == "https" { return nil }
    let isHere = host == "localhost" || NetworkAddress(host)?.isLoopback == true
    return scheme == "http" && isHere ? nil : .badURL
  }

  public func fetch(
    _ address: String, since validators: NewsValidators = NewsValidators()
  ) async throws(NewsFault) -> NewsFetch {
    var place = address
    let host = URLComponents(string: address)?.host?.lowercased()
    for _ in 0...NewsFetcher.redirectsMax {
      if let refusal = refusal(of: place) { throw refusal }
      guard let name = URLComponents(string: place)?.host?.lowercased(), name == host else {
        throw .redirectRefused
      }
      switch try await once(place, host: name, validators) {
      case .done(let fetch): return fetch
      case .moved(let next):
        guard let url = URL(string: next, relativeTo: URL(string: place)) else {
          throw .redirectRefused
        }
        place = url.absoluteString
        if URLComponents(string: place)?.host?.lowercased() != host { throw .redirectRefused }
      }
    }
    throw .redirectRefused
  }

  private enum Step {
    case done(NewsFetch)
    case moved(String)
  }

  private func once(
    _ address: String, host: String, _ validators: NewsValidators
  ) async throws(NewsFault) -> Step {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(timeoutSeconds)
    configuration.proxy = proxy
    if proxy == nil {
      configuration.dnsOverride = [host: try await checkedAddress(host)]
    }
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Step, NewsFault>
    do throws(NewsFault) {
      result = .success(try await request(client, address, validators))
    } catch {
      result = .failure(error)
    }
    try? await client.shutdown()
    return try result.get()
  }

  /// The address to connect to; every address of the name must be allowed.
  private func checkedAddress(_ host: String) async throws(NewsFault) -> String {
    let found = try? await resolving.call { NetworkAddress.resolve(host) }
    guard let found, let first = found.first else { throw .unresolved }
    // Loopback is listed by name or not reached at all.
    let isLoopbackName = host == "localhost" || NetworkAddress(host)?.isLoopback == true
    for address in found where !address.isPublic && !(isLoopbackName && address.isLoopback) {
      throw .addressRefused
    }
    return (found.first { $0.bytes.count == 4 } ?? first).text
  }

  private func request(
    _ client: HTTPClient, _ address: String, _ validators: NewsValidators
  ) async throws(NewsFault) -> Step {
    var request = HTTPClientRequest(url: address)
    request.headers.add(name: "User-Agent", value: "llmtrading-news")
    request.headers.add(
      name: "Accept",
      value: "application/rss+xml, application/atom+xml, application/json, */*;q=0.1")
    request.headers.add(name: "Accept-Encoding", value: "identity")
    if let tag = validators.entityTag { request.headers.add(name: "If-None-Match", value: tag) }
    if let time = validators.lastModified {
      request.headers.add(name: "If-Modified-Since", value: time)
    }
    let response: HTTPClientResponse
    do {
      response = try await client.execute(request, timeout: .seconds(timeoutSeconds))
    } catch { throw .unreachable }
    switch response.status.code {
    case 200: break
    case 304: return .done(.unchanged)
    case 301, 302, 303, 307, 308:
      guard let next = response.headers.first(name: "Location") else { throw .status }
      return .moved(next)
    default: throw .status
    }
    let coding = response.headers.first(name: "Content-Encoding")?.lowercased() ?? "identity"
    if coding != "identity" { throw .encoding }
    if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }),
      length > NewsFetcher.bytesMax
    {
      throw .tooLarge
    }
    let body: ByteBuffer
    do {
      body = try await NewsFetcher.collect(response.body, seconds: timeoutSeconds)
    } catch let fault as NewsFault { throw fault } catch { throw .unreachable }
    func validator(_ name: String) -> String? {
      response.headers.first(name: name).flatMap {
        $0.utf8.count <= NewsFetcher.validatorBytesMax ? $0 : nil
      }
    }
    return .done(
      .document(
        Data(body.readableBytesView),
        NewsValidators(
          entityTag: validator("ETag"), lastModified: validator("Last-Modified"))))
  }

  /// The whole body, in so many seconds however it drips.
  private static func collect(
    _ body: HTTPClientResponse.Body, seconds: Int64
  ) async throws -> ByteBuffer {
    try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
      group.addTask {
        var all = ByteBuffer()
        for try await piece in body {
          if all.readableBytes + piece.readableBytes > bytesMax { throw NewsFault.tooLarge }
          all.writeImmutableBuffer(piece)
        }
        return all
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw NewsFault.unreachable
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw NewsFault.unreachable }
      return first
    }
  }
}
