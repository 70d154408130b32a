// What the routes of prompts take and give, as JSON; control plane.
import Ledger
import Prompts

extension PromptRoutes {
  /// `{"text": "…", "format": "yaml", "note": "…", "expected_version": 3}`.
  struct TextRequest: Decodable, Sendable {
    var text: String
    var format: PromptFormat
    var note: String?
    var expectedVersion: Int?

    init(from decoder: any Decoder) throws {
      let fields = try StrictFields(decoder, ["text", "format", "note", "expected_version"])
      text = try fields.get(String.self, "text")
      format = try PromptRoutes.format(fields.getIfAny(String.self, "format"))
      note = try fields.getIfAny(String.self, "note")
      expectedVersion = try fields.getIfAny(Int.self, "expected_version")
    }
  }

  /// `{"version": 3, …}`: of a rollback, a shadow or a promotion.
  struct VersionRequest: Decodable, Sendable {
    var version: Int
    var note: String?
    var expectedVersion: Int?
    var runs: Int?
    var sharePermille: Int?

    init(from decoder: any Decoder) throws {
      let fields = try StrictFields(
        decoder, ["version", "note", "expected_version", "runs", "share_permille"])
      version = try fields.get(Int.self, "version")
      note = try fields.getIfAny(String.self, "note")
      expectedVersion = try fields.getIfAny(Int.self, "expected_version")
      runs = try fields.getIfAny(Int.self, "runs")
      sharePermille = try fields.getIfAny(Int.self, "share_permille")
      if version < 0 || version > Int32.max {
        throw StrictFields.wrong("version", "is no number of a version")
      }
    }
  }

  static func format(_ word: String?) throws -> PromptFormat {
    guard let word else { return .yaml }
    guard let format = PromptFormat(rawValue: word) else {
      throw StrictFields.wrong("format", "not one of yaml, json")
    }
    return format
  }

  /// A version in a list: without its text.
  struct Line: Encodable, Sendable {
    let version: PromptVersion
    init(_ version: PromptVersion) { self.version = version }

    enum Key: String, CodingKey {
      case role, version, format, sha256, author, note, origin, text, title, tags, live, diff
      case createdAt = "created_at"
    }

    func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(version.role, forKey: .role)
      try box.encode(version.version, forKey: .version)
      try box.encode(version.format, forKey: .format)
      try box.encode(version.sha256, forKey: .sha256)
      try box.encode(version.author, forKey: .author)
      try box.encode(version.note, forKey: .note)
      try box.encode(version.origin, forKey: .origin)
      try box.encode(version.createdAt, forKey: .createdAt)
    }
  }

  /// A role in the list, with the version in use.
  struct Card: Encodable, Sendable {
    var title: String
    var tags: [String]
    var version: PromptVersion

    init(_ role: PromptRole, _ library: PromptLibrary) throws {
      version = try library.live(role: role.id)
      title = role.title
      tags = role.tags
      // A text that lost its validity (a later build may ask for more) still is listed.
      if let document = try? PromptDocument(parsing: version.text, format: version.format) {
        tags += document.tags.filter { !tags.contains($0) }
        title = document.title ?? title
      }
    }

    func encode(to encoder: any Encoder) throws {
      try Line(version).encode(to: encoder)
      var box = encoder.container(keyedBy: Line.Key.self)
      try box.encode(title, forKey: .title)
      try box.encode(tags, forKey: .tags)
    }
  }

  /// A version with its text.
  struct Detail: Encodable, Sendable {
    var version: PromptVersion
    var title: String
    var tags: [String]

    func encode(to encoder: any Encoder) throws {
      try Line(version).encode(to: encoder)
      var box = encoder.container(keyedBy: Line.Key.self)
      try box.encode(version.text, forKey: .text)
      try box.encode(title, forKey: .title)
      try box.encode(tags, forKey: .tags)
    }
  }

  struct Saved: Encodable, Sendable {
    var version: PromptVersion
    /// Whether the next call uses it.
    var isLive: Bool

    func encode(to encoder: any Encoder) throws {
      try Line(version).encode(to: encoder)
      var box = encoder.container(keyedBy: Line.Key.self)
      try box.encode(isLive, forKey: .live)
    }
  }

  struct Findings: Encodable, Sendable {
    var problems: [PromptProblem]
  }

  struct Difference: Encodable, Sendable {
    var from: Int
    var to: Int
    var diff: String
  }

  struct Shadow: Encodable, Sendable {
    var figures: ShadowFigures

    private enum Key: String, CodingKey {
      case id, role, candidate, live, runs, agreeing, complete, summary
      case runsMin = "runs_min"
      case sharePermille = "share_permille"
      case liveSide = "live_figures"
      case candidateSide = "candidate_figures"
    }

    private struct Side: Encodable {
      var side: ShadowFigures.Side
      private enum Key: String, CodingKey {
        case valid
        case costUSD = "cost_usd"
        case latency = "latency_ms"
        case known, hits
      }

      func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: Key.self)
        try box.encode(side.valid, forKey: .valid)
        let digits = String(side.costMicros % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - min(6, digits.utf8.count)) + digits
        try box.encode("\(side.costMicros / 1_000_000).\(fraction)", forKey: .costUSD)
        try box.encode(side.latencyMilliseconds, forKey: .latency)
        try box.encode(side.known, forKey: .known)
        try box.encode(side.hits, forKey: .hits)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var box = encoder.container(keyedBy: Key.self)
      try box.encode(figures.id, forKey: .id)
      try box.encode(figures.role, forKey: .role)
      try box.encode(figures.candidate, forKey: .candidate)
      try box.encode(figures.live, forKey: .live)
      try box.encode(figures.runs, forKey: .runs)
      try box.encode(figures.runsMin, forKey: .runsMin)
      try box.encode(figures.sharePermille, forKey: .sharePermille)
      try box.encode(figures.agreeing, forKey: .agreeing)
      try box.encode(figures.isComplete, forKey: .complete)
      try box.encode(figures.sentence, forKey: .summary)
      try box.encode(Side(side: figures.liveSide), forKey: .liveSide)
      try box.encode(Side(side: figures.candidateSide), forKey: .candidateSide)
    }
  }

  /// A version as a file: as it was saved, or converted.
  struct Exported: Sendable {
    var version: Int
    var format: PromptFormat
    var text: String

    init(_ found: PromptVersion, as format: PromptFormat) throws {
      version = found.version
      self.format = format
      if format == found.format {
        text = found.text
      } else {
        let document = try PromptDocument(parsing: found.text, format: found.format)
        text = format == .json ? document.json : document.yaml
      }
    }
  }
}
