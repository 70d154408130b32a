// The console's hand at the core's door: requests in, the core's answer or a problem out; control plane.
import Dispatch
import Door
import Foundation
import HTTPTypes
import Quantities
import Synchronization

/// One request at a time, on a thread that may block.
final class DeskDoor: Sendable {
  private let path: String
  private let queue = DispatchQueue(label: "door")
  private let waiting = Atomic<Int>(0)

  /// Requests that may wait for their turn.
  static let waitingMax = 16

  init(path: String) { self.path = path }

  struct Answer: Encodable {
    var status = "done"
    var instrument: String
    var target: Int64
    var source = "manual"
    var urgency: String
    var ttlMilliseconds: UInt32
    enum CodingKeys: String, CodingKey {
      case status, instrument, target, source, urgency
      case ttlMilliseconds = "ttl_ms"
    }
  }

  func publish(_ request: SignalRequest, person: String) async throws -> Answer {
    guard let symbol = Symbol(request.instrument) else {
      throw Problem.json("`instrument` is no instrument id")
    }
    let urgency: Urgency =
      switch request.urgency {
      case "low": .low
      case "high": .high
      default: .normal
      }
    _ = try await send(
      .signal(
        DoorSignal(
          instrument: symbol, source: .manual, target: request.target, urgency: urgency,
          timeToLiveMilliseconds: request.timeToLiveMilliseconds,
          maximumDriftBasisPoints: request.maximumDriftBasisPoints, person: person)))
    return Answer(
      instrument: request.instrument, target: request.target, urgency: request.urgency,
      ttlMilliseconds: request.timeToLiveMilliseconds)
  }

  /// The core's answer where it did what was asked, else a problem.
  func send(_ request: DoorRequest) async throws -> DoorReply {
    if waiting.add(1, ordering: .relaxed).newValue > DeskDoor.waitingMax {
      waiting.subtract(1, ordering: .relaxed)
      throw Problem(.serviceUnavailable, "busy", "Too many requests wait at the door. Try again.")
    }
    let path = path
    let result: Result<DoorReply, DoorError> = await withCheckedContinuation { continuation in
      queue.async {
        do throws(DoorError) {
          continuation.resume(returning: .success(try DoorClient.send(request, path: path)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    waiting.subtract(1, ordering: .relaxed)
    switch result {
    case .success(let reply):
      if !reply.isDone { throw DeskDoor.problem(reply) }
      return reply
    case .failure(let error): throw DeskDoor.problem(error)
    }
  }

  private static func problem(_ reply: DoorReply) -> Problem {
    let status: HTTPResponse.Status =
      switch reply.code {
      case .rateLimited: .tooManyRequests
      case .busy, .shuttingDown: .serviceUnavailable
      case .notAllowed: .forbidden
      case .needsRearm, .notTradable, .refused: .conflict
      case .malformed, .unsupportedVersion, .unknownKind, .tooLarge, .badText: .badGateway
      default: .unprocessableContent
      }
    let detail = reply.detail.isEmpty ? "" : " (\(reply.detail))"
    return Problem(
      status, "\(reply.code)", "The core refused: \(reply.code.meaning)\(detail).")
  }

  private static func problem(_ error: DoorError) -> Problem {
    switch error {
    case .timeout, .disconnected:
      // Ambiguous: it may have been taken.
      Problem(
        .gatewayTimeout, "no_answer",
        "\(error). It may have taken the request: look at the desk before you repeat it.")
    default: Problem(.serviceUnavailable, "core_down", "\(error).")
    }
  }
}
