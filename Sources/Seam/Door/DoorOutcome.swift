// What came of a request at the door, as every client tells it; the seam.
import Quantities

public enum DoorOutcome: Hashable, Sendable {
  case answered(DoorReply)
  /// Nobody heard it.
  case unreached(DoorError)
  /// It may have been taken: look at what stands before it is sent again.
  case unknown(DoorError)
  /// Not sent: this many requests of this process wait for their turn.
  case crowded(waitingMax: Int)
}

extension DoorClient {
  /// One request over a connection of its own; blocks.
  public static func ask(_ request: DoorRequest, path: String, milliseconds: Int = 2_000)
    -> DoorOutcome
  {
    do throws(DoorError) {
      return .answered(try send(request, path: path, milliseconds: milliseconds))
    } catch {
      switch error {
      case .timeout, .disconnected: return .unknown(error)
      default: return .unreached(error)
      }
    }
  }
}

extension DoorReply {
  /// The core's own words, or else what its code means.
  public var sentence: String { detail.isEmpty ? code.meaning : detail }
}

extension Urgency {
  /// `low`, `normal` or `high`, as people and agents write it.
  public init?(word: String) {
    guard let found = Urgency.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }

  public var word: String {
    switch self {
    case .low: "low"
    case .normal: "normal"
    case .high: "high"
    }
  }
}
