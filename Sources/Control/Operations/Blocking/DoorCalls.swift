// The core's door as tasks knock at it: one request at a time, away from the threads that tasks share; control plane.
import Door

public struct DoorCalls: Sendable {
  private let path: String
  private let milliseconds: Int
  private let calls: BlockingCalls

  /// Requests that wait for their turn, the one at the door included.
  public static let openMax = 16

  /// - Parameters:
  ///   - path: the door's socket.
  ///   - milliseconds: an answer may take so long.
  public init(path: String, milliseconds: Int = 2_000) {
    self.path = path
    self.milliseconds = milliseconds
    calls = BlockingCalls("door", openMax: DoorCalls.openMax)
  }

  public func send(_ request: DoorRequest) async -> DoorOutcome {
    let path = path
    let milliseconds = milliseconds
    do {
      return try await calls.call {
        DoorClient.ask(request, path: path, milliseconds: milliseconds)
      }
    } catch {
      return .crowded(waitingMax: DoorCalls.openMax)
    }
  }
}
