// Every frame and reply of a run, without what is the account's alone: what fixtures are made of; control plane.

import Foundation
import Quantities
import Synchronization

public enum FrameDirection: String, Sendable {
  case sent, received
}

/// One text as it went over a line or came by REST.
public struct LoggedFrame: Sendable {
  public var milliseconds: Int64
  /// `public`, `private`, `business` or `rest`, with the number of the connection behind it.
  public var line: String
  public var direction: FrameDirection
  /// Of a REST reply: method and path.
  public var call: String?
  public var text: String
}

/// From any task and thread. Bounded: what comes later is counted alone.
public final class FrameLog: Sendable {
  private struct State {
    var frames: [LoggedFrame] = []
    var bytes = 0
    var dropped = 0
  }
  private let state = Mutex(State())
  private let begin = Instant.now()

  public static let bytesMax = 64 << 20

  public init() {}

  public var frames: [LoggedFrame] { state.withLock { $0.frames } }
  /// Frames beyond `bytesMax`.
  public var dropped: Int { state.withLock { $0.dropped } }

  package func add(_ line: String, _ direction: FrameDirection, call: String? = nil, _ text: String)
  {
    let time = Instant.now().since(begin) / 1_000_000
    state.withLock {
      if $0.bytes + text.utf8.count > FrameLog.bytesMax {
        $0.dropped += 1
        return
      }
      $0.bytes += text.utf8.count
      $0.frames.append(
        LoggedFrame(
          milliseconds: time, line: line, direction: direction, call: call, text: text))
    }
  }

  /// A text without keys, signatures and what names the account; all else stays byte for byte.
  public static func redacted(_ text: String) -> String {
    guard let pattern else { return "" }
    return pattern.stringByReplacingMatches(
      in: text, range: NSRange(text.startIndex..., in: text), withTemplate: "\"$1\":\"redacted\"")
  }

  private static let pattern = try? NSRegularExpression(
    pattern: "\"(apiKey|passphrase|sign|uid|mainUid|ip|label|connId|email)\"\\s*:\\s*\"[^\"]*\"")

  /// A line of JSON for each frame, redacted: `{"ms":…,"line":…,"direction":…,"call":…,"text":…}`.
  public func write(to file: String) throws {
    struct Line: Encodable {
      var ms: Int64
      var line: String
      var direction: String
      var call: String?
      var text: String
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var body = Data()
    for frame in frames {
      body += try encoder.encode(
        Line(
          ms: frame.milliseconds, line: frame.line, direction: frame.direction.rawValue,
          call: frame.call, text: FrameLog.redacted(frame.text)))
      body.append(0x0A)
    }
    try body.write(to: URL(fileURLWithPath: file))
  }
}
