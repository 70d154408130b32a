// The demo's own signal source: labelled, and it yields for good to anyone else; control plane.
import Door
import Foundation
import Operations
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

  private func wait(for calls: DoorCalls) async {
    while !Task.isCancelled {
      if case .answered = await calls.send(.ping) { return }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Runs until cancelled.
  func run() async {
    var step = 0
    var yielded: Set<String> = []
    let calls = DoorCalls(path: door)
    await wait(for: calls)
    while !Task.isCancelled {
      for (index, instrument) in instruments.prefix(ScriptedSource.instrumentsMax).enumerated()
      where !yielded.contains(instrument.description) {
        let target = ScriptedSource.targets[(step + index) % ScriptedSource.targets.count]
        let signal = DoorSignal(
          instrument: instrument, source: .scripted, target: target,
          urgency: step % 2 == 0 ? .high : .normal,
          timeToLiveMilliseconds: ScriptedSource.timeToLiveMilliseconds, person: "demo script")
        if case .answered(let reply) = await calls.send(.signal(signal)), reply.code == .refused {
          yielded.insert(instrument.description)
        }
      }
      step += 1
      try? await Task.sleep(for: .seconds(periodSeconds))
    }
  }
}
