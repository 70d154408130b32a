// Asks one endpoint once: within a deadline, without redirects, with every size bounded; control plane.
import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import NIOSSL
import Roles
import Synchronization

public final class ModelClient: Sendable {
  private let client: HTTPClient
  /// Longest wait for the next token.
  private let silence: Duration

  /// Until when an endpoint asked to be left alone, by its name.
  private let rests = Mutex<[String: ContinuousClock.Instant]>([:])

  public static let bodyBytesMax = 4 << 20

  /// - Parameters:
  ///   - caFile: PEM trust anchors instead of the system's.
  ///   - silenceMilliseconds: a reply that brings no token for so long is given up.
  public init(
    proxy: HTTPClient.Configuration.Proxy? = nil, caFile: String? = nil,
    silenceMilliseconds: Int64 = 20_000
  ) throws {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.proxy = proxy
    configuration.timeout.connect = .seconds(10)
    if let caFile {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caFile))
      configuration.tlsConfiguration = tls
    }
    silence = .milliseconds(silenceMilliseconds)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  public func shutdown() async { try? await client.shutdown() }

  /// How long the endpoint's last Retry-After still lasts; zero when it gave none.
  public func rest(of endpoint: ModelEndpoint) -> Duration {
    rests.withLock { rests in rests[endpoint.name].map { max(.zero, $0 - .now) } ?? .zero }
  }

  /// What is no number of seconds (an HTTP date) counts as half a minute; none lasts over an hour.
  private func noteRest(_ text: String, of endpoint: ModelEndpoint) {
    let seconds = Double(text).flatMap { $0.isFinite ? min(max($0, 0), 3_600) : nil } ?? 30
    let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1_000))
    rests.withLock { $0[endpoint.name] = end }
  }

  public func ask(
    _ body: JSONValue, of endpoint: ModelEndpoint, trace: TraceContext,
    until deadline: ContinuousClock.Instant
  ) async throws(ModelFault) -> ChatReply {
    guard endpoint.isAllowed else { throw .badURL }
    if rest(of: endpoint) > .zero { throw .rateLimited }
    var request = HTTPClientRequest(url: endpoint.base + "/chat/completions")
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept-Encoding", value: "identity")
    request.headers.add(name: "User-Agent", value: "llmtrading")
    request.headers.add(name: "traceparent", value: trace.traceparent)
    if let key = endpoint.key {
      request.headers.add(name: "Authorization", value: "Bearer " + key.reveal())
    }
    request.body = .bytes(Array(body.canonical.utf8))
    let asked = request
    let result: Result<ChatReply, any Error> = await withTaskGroup(
      of: Result<ChatReply, any Error>.self
    ) { group in
      let progress = Progress()
      group.addTask {
        do {
          return .success(
            try await self.read(asked, of: endpoint, progress, deadline))
        } catch { return .failure(error) }
      }
      group.addTask { .failure(await self.watch(progress, deadline)) }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(ModelFault.unreachable)
    }
    switch result {
    case .success(let reply):
      if let key = endpoint.key?.reveal(), reply.holds(key) { throw .keyEchoed }
      return reply
    case .failure(let fault as ModelFault): throw fault
    case .failure: throw .unreachable
    }
  }

  /// When the last token came.
  private actor Progress {
    private(set) var at = ContinuousClock.now
    func note() { at = .now }
  }

  /// Ends when the deadline is over or no token came for too long.
  private func watch(_ progress: Progress, _ deadline: ContinuousClock.Instant) async -> ModelFault
  {
    while !Task.isCancelled {
      let quiet = await progress.at + silence
      let next = min(quiet, deadline)
      if ContinuousClock.now >= deadline { return .deadline }
      if ContinuousClock.now >= quiet { return .stalled }
      try? await Task.sleep(until: next, clock: .continuous)
    }
    return .deadline
  }

  private func read(
    _ request: HTTPClientRequest, of endpoint: ModelEndpoint, _ progress: Progress,
    _ deadline: ContinuousClock.Instant
  ) async throws -> ChatReply {
    let left = max(.zero, deadline - .now)
    let response = try await client.execute(
      request,
      timeout: .nanoseconds(
        Int64(clamping: left.components.seconds) * 1_000_000_000 + 1_000_000_000))
    if let fault = ModelClient.fault(of: Int(response.status.code)) {
      if let text = response.headers.first(name: "Retry-After") { noteRest(text, of: endpoint) }
      throw fault
    }
    let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
    if endpoint.isStreaming && type.hasPrefix("text/event-stream") {
      return try await stream(response.body, progress)
    }
    if !type.hasPrefix("application/json") { throw ModelFault.contentType }
    var bytes: [UInt8] = []
    for try await piece in response.body {
      if bytes.count + piece.readableBytes > ModelClient.bodyBytesMax { throw ModelFault.tooLarge }
      bytes += piece.readableBytesView
    }
    let body: JSONValue
    do { body = try JSONValue(parsing: bytes) } catch { throw ModelFault.malformed }
    return try ChatReply(body: body)
  }

  private func stream(_ body: HTTPClientResponse.Body, _ progress: Progress) async throws
    -> ChatReply
  {
    var reader = EventStreamReader()
    var reply = ChatReply()
    var total = 0
    for try await piece in body {
      total += piece.readableBytes
      if total > ModelClient.bodyBytesMax { throw ModelFault.tooLarge }
      for item in try reader.take(piece.readableBytesView) {
        switch item {
        case .done: return reply
        case .event(let bytes):
          let chunk: JSONValue
          do { chunk = try JSONValue(parsing: bytes) } catch { throw ModelFault.malformed }
          if try reply.take(chunk: chunk) { await progress.note() }
        }
      }
    }
    // Without its end mark nobody knows what is missing.
    throw ModelFault.truncated
  }

  static func fault(of status: Int) -> ModelFault? {
    switch status {
    case 200: nil
    case 400, 422: .badRequest
    case 401, 403: .unauthorized
    case 402: .noBalance
    case 404: .notFound
    case 429: .rateLimited
    case 500, 502, 503, 504: .serverError
    default: .status
    }
  }
}
