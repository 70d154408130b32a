// RSS 2.0 and Atom into raw items; control plane.
import Foundation
import FoundationXML

/// One document, once. The parser is Foundation's (libxml2), which sees no document type, no entity
/// declaration and no address outside: `FeedText.xml` refused those before.
public enum FeedParser {
  public static let depthMax = 32

  public static func parse(_ data: Data) throws(NewsFault) -> ParsedNews {
    let text = try FeedText.xml(data)
    let reader = FeedReader()
    let parser = XMLParser(data: text)
    parser.shouldResolveExternalEntities = false
    parser.shouldProcessNamespaces = false
    parser.delegate = reader
    let isWhole = parser.parse()
    if let fault = reader.fault { throw fault }
    // On Linux the parser is content with a document that breaks off.
    if !isWhole || !reader.isFeed || !reader.isClosed { throw .malformed }
    return reader.found
  }
}

/// Gathers the fields of `item` and `entry`; everything else is passed over.
private final class FeedReader: NSObject, XMLParserDelegate {
  var found = ParsedNews()
  var fault: NewsFault?
  var isFeed = false
  private var path: [String] = []
  var isClosed: Bool { path.isEmpty }
  private var item: RawNews?
  private var itemDepth = 0
  private var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    path.append(name)
    if path.count == 1 { isFeed = ["rss", "feed", "rdf:RDF"].contains(name) }
    if path.count > FeedParser.depthMax {
      fault = .tooDeep
      return parser.abortParsing()
    }
    // Elements inside of a field (XHTML content) belong to its text.
    if item != nil && path.count > itemDepth + 1 { return }
    text = ""
    if item == nil && (name == "item" || name == "entry") {
      item = RawNews(title: "")
      itemDepth = path.count
    } else if item != nil, name == "link", let address = attributes["href"] {
      if attributes["rel"] ?? "alternate" == "alternate" { item?.url = address }
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { append(string) }

  func parser(_ parser: XMLParser, foundCDATA block: Data) {
    append(String(decoding: block, as: UTF8.self))
  }

  private func append(_ piece: String) {
    if item == nil || text.utf8.count > RawNews.fieldBytesMax { return }
    text += piece
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    defer { if !path.isEmpty { path.removeLast() } }
    guard item != nil else { return }
    if path.count == itemDepth {
      if let done = item { found.take(done) }
      item = nil
      return
    }
    if path.count != itemDepth + 1 { return }
    switch name {
    case "title": item?.title = TextHygiene.withoutMarkup(text)
    case "description", "summary", "content", "content:encoded":
      // The longer of the two that a feed may have.
      let plain = TextHygiene.withoutMarkup(text)
      if plain.utf8.count > item?.body.utf8.count ?? 0 { item?.body = plain }
    case "link": if item?.url.isEmpty == true { item?.url = text }
    case "pubDate", "published", "dc:date": item?.publishedAt = NewsDates.parse(text)
    case "updated": if item?.publishedAt == nil { item?.publishedAt = NewsDates.parse(text) }
    default: break
    }
    text = ""
  }
}
