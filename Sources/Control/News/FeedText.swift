// A document's bytes as text, in the encodings that are taken and no other; control plane.
import Foundation

enum FeedText {
  /// UTF-8 of an XML document: declared UTF-8, ASCII or Latin 1, without any document type or entity.
  static func xml(_ data: Data) throws(NewsFault) -> Data {
    var bytes = data
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    // Other Unicode encodings hold zero bytes in every markup character.
    if bytes.contains(0) { throw .encoding }
    let declared = declaredEncoding(bytes)
    let text: String
    switch declared {
    case nil, "utf-8", "utf8", "us-ascii", "ascii":
      guard let valid = String(validating: bytes, as: UTF8.self) else { throw .encoding }
      text = valid
    case "iso-8859-1", "latin1":
      text = String(
        String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default: throw .encoding
    }
    // An entity can only be declared inside a document type; neither belongs into a feed.
    if text.range(of: "<!DOCTYPE", options: .caseInsensitive) != nil
      || text.range(of: "<!ENTITY", options: .caseInsensitive) != nil
    {
      throw .documentType
    }
    return Data(withoutDeclaration(text).utf8)
  }

  /// UTF-8 text, a byte order mark taken off.
  static func plain(_ data: Data) throws(NewsFault) -> String {
    let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw .encoding
    }
    return text
  }

  /// In lower case; nil where the document declares none.
  private static func declaredEncoding(_ bytes: Data) -> String? {
    let head = String(decoding: bytes.prefix(200), as: UTF8.self)
    guard head.hasPrefix("<?xml"), let end = head.range(of: "?>"),
      let name = head[..<end.lowerBound].range(of: "encoding")
    else { return nil }
    let rest = head[name.upperBound..<end.lowerBound]
      .drop { $0 == "=" || $0.isWhitespace }
    guard let quote = rest.first, quote == "\"" || quote == "'" else { return "?" }
    return rest.dropFirst().prefix { $0 != quote }.lowercased()
  }

  private static func withoutDeclaration(_ text: String) -> Substring {
    guard text.hasPrefix("<?xml"), let end = text.range(of: "?>") else { return text[...] }
    return text[end.upperBound...]
  }
}
