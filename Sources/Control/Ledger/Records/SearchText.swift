// What a person typed into a search box, as an FTS5 expression that can only mean those words; control plane.

enum SearchText {
  /// Words looked at, and their length in characters.
  static let wordsMax = 16
  static let wordLengthMax = 128

  /// The words of `text`, each in quotation marks; nil where it holds no letter or digit.
  ///
  /// FTS5 reads nothing inside quotation marks as syntax (FTS5 Strings, sqlite.org/fts5.html section 3.1);
  /// one inside is doubled. A word such as `BTC-USDT` is a phrase of its parts.
  static func words(_ text: String) -> String? {
    let words = text.split { $0.isWhitespace || $0 == "\0" }
      .filter { word in word.contains { $0.isLetter || $0.isNumber } }
      .prefix(wordsMax)
      .map { quoted($0.prefix(wordLengthMax)) }
    return words.isEmpty ? nil : words.joined(separator: " AND ")
  }

  /// The whole expression: words in the texts, and agent and instrument as keys.
  static func expression(_ words: String, agent: String?, instrument: String?) -> String {
    var parts = ["{conclusion input_summary rendered_prompt raw_reply output} : (\(words))"]
    if let agent { parts.append("{keys} : \"\(key("a", agent))\"") }
    if let instrument { parts.append("{keys} : \"\(key("i", instrument))\"") }
    return parts.joined(separator: " AND ")
  }

  /// What is indexed as a record's keys.
  static func keys(agent: String, instrument: String) -> String {
    key("a", agent) + " " + key("i", instrument)
  }

  /// One token whatever the name holds.
  private static func key(_ kind: String, _ name: String) -> String {
    kind + name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func quoted(_ word: Substring) -> String {
    "\"" + word.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
