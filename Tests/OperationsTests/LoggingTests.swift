// Log lines: format, levels by module, one line an event, and no secret in any of them.

import Foundation
import Logging
import Operations
import Synchronization
import Testing

private final class Lines: Sendable {
  private let held = Mutex<[String]>([])
  var sink: LogSink { LogSink { [self] line in held.withLock { $0.append(line) } } }
  var all: [String] { held.withLock { $0 } }
}

private func makeLogger(
  _ label: String, _ lines: Lines, _ change: (inout Configuration.Log) -> Void = { _ in }
) -> Logger {
  var configuration = Configuration.Log()
  change(&configuration)
  return Logger(
    label: label,
    factory: { [configuration] label in
      LogLineHandler(
        label: label, configuration: configuration, environment: .simulated, sink: lines.sink)
    })
}

@Test func aTextLineSaysWhereItComesFrom() {
  let lines = Lines()
  var logger = makeLogger("Account", lines)
  logger[metadataKey: "instrument"] = "BTC-USDT"
  logger.info("order went out", metadata: ["clOrdId": "42", "note": "two words"])
  #expect(lines.all.count == 1)
  let line = lines.all[0]
  #expect(
    line.hasSuffix(
      " info simulated Account: order went out clOrdId=42 instrument=BTC-USDT note=\"two words\""))
  #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*/) != nil)
}

@Test func aJSONLineIsAnObject() throws {
  let lines = Lines()
  let logger = makeLogger("Console", lines) { $0.format = .json }
  logger.warning("say \"no\"\n", metadata: ["instrument": "A\\B", "list": ["1", "2"]])
  let object = try JSONSerialization.jsonObject(with: Data(lines.all[0].utf8)) as? [String: String]
  #expect(object?["message"] == "say \"no\"\n" && object?["instrument"] == "A\\B")
  #expect(object?["environment"] == "simulated" && object?["module"] == "Console")
  #expect(object?["level"] == "warning" && object?["time"] != nil)
}

@Test func levelsGoByModule() {
  let lines = Lines()
  let change: (inout Configuration.Log) -> Void = {
    $0.level = .warning
    $0.levels = ["Account": .debug]
  }
  makeLogger("Account", lines, change).debug("1")
  makeLogger("Account.Rest", lines, change).debug("2")
  makeLogger("Account", lines, change).trace("-")
  makeLogger("Console", lines, change).info("-")
  makeLogger("Console", lines, change).warning("3")
  #expect(lines.all.map { $0.suffix(1) } == ["1", "2", "3"])
}

@Test(arguments: [LogFormat.text, .json])
func anEventIsOneLineWhateverItHolds(_ format: LogFormat) {
  let lines = Lines()
  let logger = makeLogger("Account", lines) { $0.format = format }
  logger.info("a\nb\r\u{1B}[31m\u{0}", metadata: ["k": "x\ny", "evil\nkey": "v"])
  #expect(lines.all.count == 1)
  #expect(!lines.all[0].unicodeScalars.contains { $0.value < 0x20 })
}

@Test(arguments: [LogFormat.text, .json])
func noLineShowsASecret(_ format: LogFormat) {
  let lines = Lines()
  let logger = makeLogger("Account", lines) { $0.format = format }
  LogRedaction.register(Secret("s3cr3t-of-this-test"))
  logger.info(
    "url?sign=s3cr3t-of-this-test&x", metadata: ["body": "<s3cr3t-of-this-test>"])
  logger.info("x", metadata: ["passphrase": "open-sesame", "okx_secret": "open-sesame"])
  logger.error("x", metadata: ["OK-ACCESS-SIGN": "open-sesame", "token": "open-sesame"])
  let all = lines.all.joined()
  #expect(lines.all.count == 3)
  #expect(!all.contains("s3cr3t") && !all.contains("open-sesame"))
  #expect(all.contains("[redacted]"))
}
