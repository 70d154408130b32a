// The core's door as handlers knock at it: the core's answer, or a problem document; control plane.
import Door
import HTTPTypes
import Operations

struct DoorAccess: Sendable {
  private let calls: DoorCalls

  init(path: String) { calls = DoorCalls(path: path) }

  /// The core's answer where it did what was asked, else a problem.
  func send(_ request: DoorRequest) async throws(Problem) -> DoorReply {
    switch await calls.send(request) {
    case .answered(let reply):
      if !reply.isDone { throw DoorAccess.problem(reply) }
      return reply
    case .unreached(let error):
      throw Problem(.serviceUnavailable, "core_down", "\(error).")
    case .unknown(let error):
      throw Problem(
        .gatewayTimeout, "no_answer",
        "\(error). It may have taken the request: look at the desk before you repeat it.")
    case .crowded:
      throw Problem(
        .serviceUnavailable, "busy", "Too many requests wait at the door. Try again.")
    }
  }

  private static func problem(_ reply: DoorReply) -> Problem {
    let status: HTTPResponse.Status =
      switch reply.code {
      case .rateLimited: .tooManyRequests
      case .busy, .shuttingDown, .notStarted: .serviceUnavailable
      case .notAllowed: .forbidden
      case .needsRearm, .notTradable, .refused, .stopped, .beyondLimit, .unitsChanged: .conflict
      case .malformed, .unsupportedVersion, .unknownKind, .tooLarge, .badText: .badGateway
      default: .unprocessableContent
      }
    let detail = reply.detail.isEmpty ? "" : " (\(reply.detail))"
    return Problem(
      status, "\(reply.code)", "The core refused: \(reply.code.meaning)\(detail).")
  }
}
