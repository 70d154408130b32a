// An item as a source wrote it, before it is cleaned; control plane.
import Foundation

/// What a parser found, bounded in number and size.
public struct RawNews: Sendable, Equatable {
  public var title: String
  public var body: String
  public var url: String
  /// As the source claims.
  public var publishedAt: Date?

  public init(title: String, body: String = "", url: String = "", publishedAt: Date? = nil) {
    self.title = title
    self.body = body
    self.url = url
    self.publishedAt = publishedAt
  }

  /// Of one document.
  public static let itemsMax = 200
  /// Of one field, before cleaning.
  public static let fieldBytesMax = 65_536
}

/// What one document held.
public struct ParsedNews: Sendable, Equatable {
  public var items: [RawNews] = []
  /// What was left out of it.
  public var counters = NewsCounters()

  public init() {}

  /// Takes an item, or counts why not.
  mutating func take(_ item: RawNews) {
    if items.count >= RawNews.itemsMax { return counters.count(.tooManyItems) }
    if item.title.allSatisfy(\.isWhitespace) { return counters.count(.noTitle) }
    var item = item
    if item.title.utf8.count > RawNews.fieldBytesMax || item.body.utf8.count > RawNews.fieldBytesMax
    {
      counters.count(.itemTooLarge)
      item.title = TextHygiene.prefix(item.title, bytes: RawNews.fieldBytesMax)
      item.body = TextHygiene.prefix(item.body, bytes: RawNews.fieldBytesMax)
    }
    items.append(item)
  }
}

enum NewsDates {
  /// RFC 822 as RSS writes it, ISO 8601 as Atom does, or Unix milliseconds; nil for anything else.
  static func parse(_ text: String) -> Date? {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if text.utf8.count > 64 { return nil }
    if let milliseconds = Int64(text), milliseconds > 0 {
      return Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
    if let date = try? Date(text, strategy: .iso8601) { return date }
    if let date = try? Date(
      text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    {
      return date
    }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = .gmt
    for format in ["EEE, dd MMM yyyy HH:mm:ss zzz", "dd MMM yyyy HH:mm:ss zzz"] {
      formatter.dateFormat = format
      if let date = formatter.date(from: text) { return date }
    }
    return nil
  }
}
