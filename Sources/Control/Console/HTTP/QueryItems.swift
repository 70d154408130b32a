// The query of a request, read strictly: known names, each once, values of their kind; control plane.
import Foundation

struct QueryItems: Sendable {
  private var values: [String: String] = [:]

  /// Of one value, as Unicode counts them.
  static let charactersMax = 512

  /// Refuses names that are not in `allowed`, repeated ones, and text that is no UTF-8.
  init(_ text: String?, allowed: [String]) throws(Problem) {
    guard let text, !text.isEmpty else { return }
    for part in text.split(separator: "&") {
      let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = QueryItems.decoded(pieces[0]),
        let value = pieces.count == 2 ? QueryItems.decoded(pieces[1]) : ""
      else { throw .query("it is not percent-encoded UTF-8") }
      if !allowed.contains(name) {
        let known = allowed.isEmpty ? "none" : allowed.joined(separator: ", ")
        throw .query("`\(name.prefix(64))` is unknown; this route takes \(known)")
      }
      if values[name] != nil { throw .query("`\(name)` is given twice") }
      if value.unicodeScalars.count > QueryItems.charactersMax {
        throw .query("`\(name)` is longer than \(QueryItems.charactersMax) characters")
      }
      values[name] = value
    }
  }

  /// As forms and `URLSearchParams` write it: a plus is a space.
  private static func decoded(_ text: Substring) -> String? {
    text.replacing("+", with: " ").removingPercentEncoding
  }

  /// Nil where it is absent or empty.
  func text(_ name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
    // Empty is no number: who means none leaves the name out.
    guard let text = values[name] else { return nil }
    guard let value = Int64(text), range.contains(value) else {
      throw .query(
        "`\(name)` is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Unix milliseconds.
  func time(_ name: String) throws(Problem) -> Int64? {
    try integer(name, in: 0...253_402_300_799_999)
  }

  /// One of some words.
  func word(_ name: String, of words: [String]) throws(Problem) -> String? {
    guard let text = values[name] else { return nil }
    if !words.contains(text) {
      throw .query("`\(name)` is not one of \(words.joined(separator: ", "))")
    }
    return text
  }
}
