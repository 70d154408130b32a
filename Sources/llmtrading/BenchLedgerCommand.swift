// `llmtrading bench-ledger`: how long feed queries take over many records; for perf/ledger-bench.sh.
import ArgumentParser
import Foundation
import Ledger

struct BenchLedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-ledger",
    abstract: "Fill a ledger with records and time every kind of feed query.",
    discussion: "Exits with 1 where a kind's 99th percentile is 50 ms or more.",
    shouldDisplay: false)

  @Option(help: "Decision records.")
  var records = 1_000_000
  @Option(help: "Prompt versions that they name.")
  var versions = 1_000
  @Option(help: "Queries of each kind.")
  var rounds = 300
  @Option(help: "Folder for the file; it is removed at the end (default: the temporary folder).")
  var folder: String?

  static let limitMilliseconds = 50.0

  func run() throws {
    let parent = folder ?? FileManager.default.temporaryDirectory.path
    let place = parent + "/bench-ledger-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: place) }
    let ledger = try Ledger(path: place + "/ledger.sqlite")
    let load = LedgerLoad(records: records, versions: versions)
    let filling = ContinuousClock.now
    try load.fill(ledger) { done in
      if done % 100_000 == 0 { FileHandle.standardError.write(Data("\(done) records\n".utf8)) }
    }
    let seconds = Double((ContinuousClock.now - filling) / .milliseconds(1)) / 1_000
    let bytes = try FileManager.default.attributesOfItem(atPath: ledger.path)[.size] as? NSNumber
    print(
      "\(records) records, \(versions) versions, \(bytes?.int64Value ?? 0) bytes, filled in \(seconds) s"
    )
    let settings = try ledger.pragmas().sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    print("written with \(settings.joined(separator: " "))")
    print("a call's read of its prompt: \(try ledger.prompts.livePlan().joined(separator: "; "))")
    var isSlow = false
    for kind in LedgerLoad.Kind.allCases {
      var times: [Double] = []
      var items = 0
      var random = SplitMix(state: 7)
      for _ in 0..<rounds {
        let query = load.query(kind, &random)
        let start = ContinuousClock.now
        items += try ledger.feed(query).items.count
        times.append(Double((ContinuousClock.now - start) / .microseconds(1)) / 1_000)
      }
      times.sort()
      let p99 = times[min(times.count - 1, times.count * 99 / 100)]
      isSlow = isSlow || p99 >= BenchLedgerCommand.limitMilliseconds
      print(
        String(
          format: "%@ p50 %8.3f ms  p99 %8.3f ms  max %8.3f ms  %6.1f items",
          kind.rawValue.padding(toLength: 36, withPad: " ", startingAt: 0) as NSString,
          times[times.count / 2], p99, times.last ?? 0,
          Double(items) / Double(rounds)))
    }
    if isSlow {
      print("a 99th percentile is not under \(BenchLedgerCommand.limitMilliseconds) ms")
      throw ExitCode.failure
    }
  }
}
