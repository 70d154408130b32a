// Subscribing for the answer's sake, and which instruments there are besides the two that are traded; control plane.

import Foundation
import JSON
import Quantities

extension ConformBench {
  /// Subscribes or unsubscribes and waits for what answers, an acknowledgement or an error.
  func answer(
    _ line: ConformLine, _ argument: [String: JSONValue], to operation: String = "subscribe"
  ) async throws -> ConformFrame {
    let mark = line.mark
    let id = nextID("s")
    line.send(["op": .string(operation), "id": .string(id), "args": [.object(argument)]])
    return try await line.next(
      "answer to \(operation) \(argument["channel"]?.string ?? "")", after: mark
    ) {
      $0.id == id && ($0.event == operation || $0.event == "error")
    }
  }

  /// Rows of `public/instruments` that are live, in the exchange's order.
  func listed(_ type: String) async throws -> [JSONValue] {
    try await rows("GET", "public/instruments?instType=\(type)", signed: false)
      .filter { $0.text("state") == "live" }
  }

  /// A spot pair whose book may be kept still: the last of the list, and not the one that is traded.
  func quiet() async throws -> JSONValue {
    guard let row = try await listed("SPOT").last(where: { name($0) != name(spot) }) else {
      throw ConformHindrance("no spot pair is listed beside \(name(spot))")
    }
    return row
  }

  /// Waits.
  func pause(seconds: Double) async throws {
    try await Task.sleep(nanoseconds: UInt64(seconds * 1e9))
  }
}

extension Sequence<ConformFrame> {
  /// Milliseconds between each frame and the one before it, as they arrived.
  var gaps: [Double] {
    let times = map(\.at)
    return zip(times, times.dropFirst()).map { Double($1.since($0)) / 1e6 }
  }
}

extension Sequence<Double> {
  /// The one in the middle; 0 where there is none.
  var median: Double {
    let sorted = sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}

extension JSONValue {
  /// Without these members.
  func without(_ names: Set<String>) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { !names.contains($0.key) })
  }
}
