// Ours and a peer in one process, round after round: the ratio of their times, its median and spread.

import Foundation
import Workloads

@main
struct Peers {
  static let usage = """
    usage: Peers [--rounds N] [--filter TEXT] [--milliseconds M]
      --rounds N         rounds a pair, at least 3 (15)
      --filter TEXT      only pairs whose name holds TEXT
      --milliseconds M   least time a side runs in a round (20)
    """

  static func main() {
    var rounds = 15
    var filter = ""
    var milliseconds: Int64 = 20
    var arguments = CommandLine.arguments.dropFirst()
    while let flag = arguments.popFirst() {
      let value = arguments.popFirst() ?? ""
      switch flag {
      case "--rounds": rounds = Int(value) ?? 0
      case "--filter": filter = value
      case "--milliseconds": milliseconds = Int64(value) ?? 0
      default: fail(usage)
      }
    }
    if rounds < 3 || milliseconds < 1 { fail(usage) }
    say("material: \(Frames.recorded.origin)")
    if !Frames.hasRecording {
      say("material: no recording found, set RECORDINGS to the folder that holds recordings/")
    }
    say(
      "\(rounds) rounds a pair, sides in turn, at least \(milliseconds) ms each; median, and the least and"
        + " most of the rounds' ratios\n")
    say(Row.heading)
    var hasFailed = false
    for pair in Workloads.pairs where filter.isEmpty || pair.name.contains(filter) {
      if let row = Row(pair, rounds: rounds, atLeast: .milliseconds(milliseconds)) {
        say(row.text)
      } else {
        say("\(pair.name): the two sides do not answer alike")
        hasFailed = true
      }
    }
    if hasFailed { exit(1) }
  }

  /// At once, also into a pipe.
  static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  static func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(2)
  }
}
