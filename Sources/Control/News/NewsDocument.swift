// The other documents that news comes in: OKX's announcements, JSON lines, plain text; control plane.
import Foundation

/// Which parser a document goes to.
public enum NewsFormat: String, Sendable, CaseIterable {
  /// RSS 2.0 or Atom.
  case feed
  /// `GET /api/v5/support/announcements`.
  case announcements
  /// One JSON object a line: `title`, and `text`, `url`, `published_at` where known.
  case lines
  /// First line the title, the rest the text.
  case text

  /// By a file's extension; nil for what is not taken.
  public init?(extension name: String) {
    switch name.lowercased() {
    case "xml", "rss", "atom": self = .feed
    case "jsonl", "ndjson", "json": self = .lines
    case "txt": self = .text
    default: return nil
    }
  }

  public func parse(_ data: Data) throws(NewsFault) -> ParsedNews {
    switch self {
    case .feed: try FeedParser.parse(data)
    case .announcements: try NewsDocument.announcements(data)
    case .lines: try NewsDocument.lines(data)
    case .text: try NewsDocument.text(data)
    }
  }
}

enum NewsDocument {
  /// A time as a text or a number of Unix milliseconds.
  private struct Stamp: Decodable {
    var date: Date?
    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int64.self) {
        date = NewsDates.parse(String(number))
      } else {
        date = NewsDates.parse(try value.decode(String.self))
      }
    }
  }

  private struct Announcements: Decodable {
    struct Page: Decodable {
      struct Detail: Decodable {
        var title: String
        var annType: String?
        var url: String?
        var pTime: Stamp?
      }
      var details: [Detail]
    }
    var code: String
    var data: [Page]
  }

  static func announcements(_ data: Data) throws(NewsFault) -> ParsedNews {
    guard let body = try? JSONDecoder().decode(Announcements.self, from: data) else {
      throw .malformed
    }
    if body.code != "0" { throw .status }
    var found = ParsedNews()
    for detail in body.data.flatMap(\.details) {
      found.take(
        RawNews(
          title: detail.title, body: detail.annType ?? "", url: detail.url ?? "",
          publishedAt: detail.pTime?.date))
    }
    return found
  }

  private struct Line: Decodable {
    var title: String?
    var text: String?
    var url: String?
    var publishedAt: Stamp?

    enum CodingKeys: String, CodingKey {
      case title, text, url
      case publishedAt = "published_at"
    }
  }

  /// A line that is no such object is counted and the others are taken.
  static func lines(_ data: Data) throws(NewsFault) -> ParsedNews {
    let text = try FeedText.plain(data)
    var found = ParsedNews()
    for line in text.split(whereSeparator: \.isNewline) {
      if line.allSatisfy(\.isWhitespace) { continue }
      if line.utf8.count > 2 * RawNews.fieldBytesMax {
        found.counters.count(.itemTooLarge)
        continue
      }
      guard let one = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
        found.counters.count(.malformed)
        continue
      }
      let title = one.title ?? String((one.text ?? "").prefix(TextHygiene.titleBytesMax))
      found.take(
        RawNews(
          title: title, body: one.text ?? "", url: one.url ?? "",
          publishedAt: one.publishedAt?.date))
    }
    return found
  }

  static func text(_ data: Data) throws(NewsFault) -> ParsedNews {
    let text = try FeedText.plain(data)
    let parts = text.split(maxSplits: 1, whereSeparator: \.isNewline)
    var found = ParsedNews()
    found.take(
      RawNews(title: parts.first.map(String.init) ?? "", body: parts.dropFirst().joined()))
    return found
  }
}
