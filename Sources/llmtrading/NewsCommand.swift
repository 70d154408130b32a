// `llmtrading news`: what came in, how far it is trusted, and what was made of it.
import ArgumentParser
import Foundation
import Ledger
import Operations

struct NewsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "news", abstract: "Show the news that arrived and its labels.",
    discussion: """
      Reads STATE_DIR/ledger.sqlite, also while the console runs. Titles and texts are what others wrote:
      cleaned of control and hidden characters, and never shown to a role other than the news collector.
      To bring an item in, drop a .jsonl file ({"title": "…", "text": "…"} a line) into the watched folder
      (news.folder, `news` in the state folder without it).
      """,
    subcommands: [List.self, Show.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The newest items, newest first.")
    @Option(help: "Items, 1 to 500.")
    var limit = 20
    @OptionGroup var folder: AuditCommand.Folder

    func run() throws {
      if !(1...500).contains(limit) { throw ValidationError("--limit is 1 to 500") }
      let store = try folder.ledger().news
      let items = try store.items(from: 0, to: .max, limit: limit).map {
        NewsRow($0, try store.labels(item: $0.id))
      }
      if folder.json { return try folder.write(items) }
      if items.isEmpty { return print("no news has arrived") }
      for item in items { print(item.line) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "One item with its text and every label it was given; exits with 1 where there is none.")
    @Argument(help: "Id, `n` and 16 hex digits, as the list and the audit show it.")
    var id: String
    @OptionGroup var folder: AuditCommand.Folder

    func run() throws {
      let store = try folder.ledger().news
      guard let item = try store.item(id) else {
        throw ValidationError("no item has the id \(id); `llmtrading news list` names some")
      }
      let row = NewsRow(item, try store.labels(item: id), body: item.body.text(for: .person))
      if folder.json { return try folder.write(row) }
      print(row.line)
      if !row.url.isEmpty { print("  from \(row.url)") }
      if !row.flags.isEmpty { print("  cleaned of: \(row.flags.joined(separator: " "))") }
      if let body = row.body, !body.isEmpty { print("\n\(body)\n") }
      for label in row.labels { print("  " + NewsRow.text(label)) }
    }
  }
}

/// An item as a person reads it.
private struct NewsRow: Encodable {
  var id: String
  var tier: String
  var source: String
  /// Unix milliseconds, our clock.
  var arrivedAt: Int64
  var title: String
  var url: String
  var flags: [String]
  var labels: [LabelRow]
  var body: String?

  /// Without what the item says already.
  struct LabelRow: Encodable {
    var category: String
    var direction: Int
    var magnitude: Int
    var horizon: String
    var instruments: [String]
    var confidence: Int
  }

  init(_ item: NewsItem, _ labels: [NewsLabel], body: String? = nil) {
    id = item.id
    tier = item.tier.rawValue
    source = item.source
    arrivedAt = item.arrivedAt
    title = item.title.text(for: .person)
    url = item.url.text(for: .person)
    flags = item.flags
    self.labels = labels.map {
      LabelRow(
        category: $0.category, direction: $0.direction, magnitude: $0.magnitude,
        horizon: $0.horizon, instruments: $0.instruments, confidence: $0.confidence)
    }
    self.body = body
  }

  enum CodingKeys: String, CodingKey {
    case id, tier, source, title, url, flags, labels, body
    case arrivedAt = "arrived_at"
  }

  var line: String {
    let time = Date(timeIntervalSince1970: Double(arrivedAt) / 1_000)
      .formatted(.iso8601.time(includingFractionalSeconds: true))
    let label = labels.first.map(NewsRow.text) ?? "no label yet"
    return "\(time) \(id) \(tier)/\(source) \(title) [\(label)]"
  }

  static func text(_ label: LabelRow) -> String {
    let whom = label.instruments.isEmpty ? "all" : label.instruments.joined(separator: " ")
    return "\(label.category) direction \(label.direction) magnitude \(label.magnitude) "
      + "\(label.horizon) confidence \(label.confidence) for \(whom)"
  }
}
