// The swift-log backend: one line an event, text or JSON, level by module; control plane.

import Channels
import Foundation
import Glibc
import Logging
import Quantities

/// Where lines go. The default writes each to standard error in one call.
public struct LogSink: Sendable {
  let write: @Sendable (String) -> Void

  public init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  public static let standardError = LogSink { line in
    let bytes = Array((line + "\n").utf8)
    // A log that cannot be written must not stop anything.
    try? PrivateFile.write(bytes, to: STDERR_FILENO, path: "stderr")
  }
}

/// Prints `TIME LEVEL ENVIRONMENT MODULE: MESSAGE key=value…`, or one JSON object a line. The label of a
/// `Logger` is its module's name; what stands behind a point in it does not count for levels.
/// Metadata keys in use: `instrument`, `clOrdId`, `code`, `error`.
public struct LogLineHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level
  private let label: String
  private let environment: String
  private let format: LogFormat
  private let sink: LogSink

  public init(
    label: String, configuration: Configuration.Log, environment: TradingEnvironment?,
    sink: LogSink = .standardError
  ) {
    self.label = label
    self.environment = environment?.rawValue ?? "none"
    self.sink = sink
    format = configuration.format
    let module = String(label.prefix { $0 != "." })
    let level = configuration.levels[label] ?? configuration.levels[module] ?? configuration.level
    logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadataProvider?.get() ?? [:]
    all.merge(metadata) { $1 }
    all.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error { all["error"] = "\(error)" }
    let fields = all.sorted { $0.key < $1.key }.map { key, value in
      (key, LogRedaction.isSecret(key: key) ? LogRedaction.placeholder : "\(value)")
    }
    let time = LogLineHandler.timeText(WallMilliseconds.now().milliseconds)
    let line =
      format == .json
      ? json(time, event.level, event.message.description, fields)
      : text(time, event.level, event.message.description, fields)
    sink.write(LogRedaction.clean(line))
  }

  private func text(
    _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
  ) -> String {
    var line = "\(time) \(level.rawValue) \(environment) \(label): \(escaped(message))"
    for (key, value) in fields {
      let needsQuotes = value.isEmpty || value.contains { $0 == " " || $0 == "\"" || $0 == "=" }
      let shown = escaped(value, quotes: needsQuotes)
      line += " \(escaped(key))=" + (needsQuotes ? "\"\(shown)\"" : shown)
    }
    return line
  }

  private func json(
    _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
  ) -> String {
    let own = [
      ("time", time), ("level", level.rawValue), ("environment", environment), ("module", label),
      ("message", message),
    ]
    let all = own + fields.filter { field in !own.contains { $0.0 == field.0 } }
    let parts = all.map { key, value in
      "\"\(escaped(key, quotes: true))\":\"\(escaped(value, quotes: true))\""
    }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// One event is one line: control characters are spelled out, so that no input can forge a line.
  private func escaped(_ text: String, quotes: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\"" where quotes: result += "\\\""
      case "\\" where quotes: result += "\\\\"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// ISO 8601, UTC, milliseconds.
  static func timeText(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    func digits(_ value: Int64, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let date =
      unsafe digits(Int64(parts.tm_year) + 1900, 4) + "-" + digits(Int64(parts.tm_mon) + 1, 2) + "-"
      + digits(Int64(parts.tm_mday), 2)
    let time =
      unsafe digits(Int64(parts.tm_hour), 2) + ":" + digits(Int64(parts.tm_min), 2) + ":"
      + digits(Int64(parts.tm_sec), 2)
    return "\(date)T\(time).\(digits(milliseconds % 1000, 3))Z"
  }
}

public enum Logs {
  /// Makes every `Logger` made from now on write this way. Once a process, before the first `Logger`.
  public static func bootstrap(
    _ configuration: Configuration.Log, environment: TradingEnvironment?,
    sink: LogSink = .standardError
  ) {
    LoggingSystem.bootstrap { label in
      LogLineHandler(
        label: label, configuration: configuration, environment: environment, sink: sink)
    }
  }
}
