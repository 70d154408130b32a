// The demo's own signal source: labelled, and it yields for good to anyone else; control plane.
import Door
import Foundation
import Quantities

/// Swings the target of the first instruments between long and flat through the Door, like anybody
/// else. The core refuses it an instrument once another source has signalled that.
struct ScriptedSource: Sendable {
  let door: String
  let instruments: [Symbol]
  /// Seconds between two signals of one instrument.
  let periodSeconds: Double

  static let instrumentsMax = 3
  private static let timeToLiveMilliseconds: UInt32 = 20_000
  private static let targets: [Int64] = [2, 0, 1, 3, 0]

  private func waitForDoor() async {
    while !Task.isCancelled && (try? DoorClient.send(.ping, path: door)) == nil {
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Runs until cancelled.
  func run() async {
    var step = 0
    var yielded: Set<String> = []
    await waitForDoor()
    while !Task.isCancelled {
      for (index, instrument) in instruments.prefix(ScriptedSource.instrumentsMax).enumerated()
      where !yielded.contains(instrument.description) {
        let target = ScriptedSource.targets[(step + index) % ScriptedSource.targets.count]
        let signal = DoorSignal(
          instrument: instrument, source: .scripted, target: target,
          urgency: step % 2 == 0 ? .high : .normal,
          timeToLiveMilliseconds: ScriptedSource.timeToLiveMilliseconds, person: "demo script")
        let reply = try? DoorClient.send(.signal(signal), path: door)
        if reply?.code == .refused { yielded.insert(instrument.description) }
      }
      step += 1
      try? await Task.sleep(for: .seconds(periodSeconds))
    }
  }
}
