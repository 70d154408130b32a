// The fault script: which message of which instrument or connection meets what; simulation.

/// What can be done to a stream. Names are those of the script.
public enum FaultKind: String, Sendable, CaseIterable {
  /// Message N is not sent.
  case drop
  /// Message N is sent twice.
  case duplicate
  /// Message N is sent after message N + 1.
  case reorder
  /// From message N the sequence numbers skip ahead: nothing is lost but the chain.
  case gap
  /// From message N the sequence restarts lower, the chain unbroken (maintenance).
  case reset
  /// After message N comes an empty update whose two numbers are equal.
  case heartbeat
  /// After message N the connections that follow the instrument are closed.
  case disconnect
  /// The first order after message N is refused with the argument as sCode, 50026 unless given.
  case reject
  /// After message N comes a frame that is no JSON.
  case garbage
  /// The first snapshot of the instrument from message N on is not sent.
  case dropSnapshot = "drop-snapshot"

  /// What a single connection can meet without its chain being another than its neighbours'.
  public var isForConnection: Bool {
    switch self {
    case .drop, .duplicate, .disconnect, .garbage, .reject: true
    case .reorder, .gap, .reset, .heartbeat, .dropSnapshot: false
    }
  }
}

/// A script is lines of
///
///     at N of INSTRUMENT KIND [ARGUMENT]
///     at N of connection KIND [ARGUMENT]
///
/// and, for the account, `at N of PLACE DEED …` or `at Nms of PLACE DEED …` (`Incident`, `Deed`):
///
///     at 3 of orders delay 500            at 1 of place take-all 50004
///     at 2 of positions drop              at 1500ms of exchange disconnect
///     at 0ms of exchange rest-lag 800 60000
///     at 4 of orders liquidate BTC-USDT-SWAP 2 silent
///     at 0ms of exchange foreign BTC-USDT buy limit 9000 0.01 phone
///     at 0ms of exchange foreign-isolated BTC-USDT-SWAP buy market - 2
///     at 0ms of exchange age BTC-USDT 7200000
///     at 500ms of exchange tick BTC-USDT 0.01 3000
///     at 0ms of exchange maintenance 2000 5000 1000
///     at 0ms of exchange still BTC-USDT 70000
///
/// Blank lines and what follows a `#` are ignored. N counts the instrument's book messages as the market makes
/// them, 1 upwards (0: before the first); of a connection it counts that connection's pushes. A `gap` or `reset`
/// that meets a snapshot or heartbeat waits for the next update.
public struct FaultScript: Sendable, Equatable {
  public enum Target: Sendable, Equatable, Hashable {
    case instrument(String)
    /// Each connection by its own count.
    case connection
  }
  public struct Entry: Sendable, Equatable {
    public var message: Int
    public var target: Target
    public var kind: FaultKind
    public var argument: Int?
    public init(message: Int, target: Target, kind: FaultKind, argument: Int? = nil) {
      self.message = message
      self.target = target
      self.kind = kind
      self.argument = argument
    }
  }
  public var entries: [Entry]
  /// In the order of the lines.
  public var incidents: [Incident] = []

  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// Most entries in one script.
  public static let entriesMax = 100_000

  /// Parses a script; the error names the first line that is wrong.
  public init(text: String) throws(FaultScriptError) {
    entries = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let body = line.prefix { $0 != "#" }
      let words = body.split(whereSeparator: \.isWhitespace)
      if words.isEmpty { continue }
      do throws(FaultComplaint) {
        if words.count > 3, words[0] == "at", words[2] == "of",
          let incident = try Incident.parse(moment: words[1], Array(words[3...]))
        {
          incidents.append(incident)
        } else {
          entries.append(try FaultScript.entry(words.map(String.init)))
        }
      } catch {
        throw FaultScriptError(line: index + 1, message: error.message)
      }
      if entries.count + incidents.count > FaultScript.entriesMax {
        throw FaultScriptError(
          line: index + 1, message: "more than \(FaultScript.entriesMax) entries")
      }
    }
  }

  private static func entry(_ words: [String]) throws(FaultComplaint) -> Entry {
    if words.count < 5 || words.count > 6 || words[0] != "at" || words[2] != "of" {
      throw FaultComplaint("expected: at N of INSTRUMENT|connection KIND [ARGUMENT]")
    }
    guard let message = Int(words[1]), message >= 0 else {
      throw FaultComplaint("'\(words[1])' is no message number")
    }
    guard let kind = FaultKind(rawValue: words[4]) else {
      let known = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw FaultComplaint("'\(words[4])' is no fault; known: \(known)")
    }
    let isConnection = words[3] == "connection"
    if isConnection && !kind.isForConnection {
      throw FaultComplaint("'\(kind.rawValue)' needs an instrument")
    }
    var argument: Int?
    if words.count == 6 {
      guard kind == .reject, let value = Int(words[5]), value > 0 else {
        throw FaultComplaint("'\(words[5])': only reject takes an argument, an sCode")
      }
      argument = value
    }
    if message == 0 && kind != .reject && kind != .dropSnapshot {
      throw FaultComplaint("message 0 does not exist; reject and drop-snapshot may wait from 0")
    }
    return Entry(
      message: message, target: isConnection ? .connection : .instrument(words[3]), kind: kind,
      argument: argument)
  }
}

/// What is wrong with a line.
struct FaultComplaint: Error {
  var message: String
  init(_ message: String) { self.message = message }
}

public struct FaultScriptError: Error, Sendable, Equatable, CustomStringConvertible {
  /// 1 upwards; 0 where no single line is at fault.
  public var line: Int
  public var message: String
  public init(line: Int, message: String) {
    self.line = line
    self.message = message
  }
  public var description: String { "fault script line \(line): \(message)" }
}
