// Makes outside text plain before anything reads it: no hidden characters, no look-alikes; control plane.
import Foundation

/// What cleaning found. A closed list: flags may be shown to models.
public enum TextFlag: String, Sendable, CaseIterable {
  /// Characters that turn the direction of text.
  case bidi
  /// Zero-width and filler characters.
  case invisible
  /// Unicode tag characters, which spell hidden ASCII.
  case tags
  case control
  /// Letters under a pile of combining marks.
  case combining
  /// A word of Latin letters and look-alikes of other scripts; the word was taken out.
  case mixedScript = "mixed_script"
  case truncated
  /// The source claims a time in the future.
  case futureDate = "future_date"
}

/// Pure functions; every one is total.
public enum TextHygiene {
  /// Bytes of a title and of a body that are kept.
  public static let titleBytesMax = 300
  public static let bodyBytesMax = 4_000
  static let combiningMax = 2
  /// Stands where a word was taken out.
  static let removedWord = "[removed]"

  /// The text in NFKC with single spaces, at most `bytesMax` bytes, and what was found in it.
  public static func clean(_ raw: String, bytesMax: Int) -> (text: String, flags: Set<TextFlag>) {
    var flags: Set<TextFlag> = []
    // What is cut before normalising bounds the work; a scalar may grow 18-fold.
    let bounded = prefix(raw, bytes: bytesMax * 4)
    let visible = String(String.UnicodeScalarView(visibleScalars(bounded, &flags)))
    let normal = visible.precomposedStringWithCompatibilityMapping
    // NFKC can bring forbidden characters back, such as a space or a filler.
    let again = String(String.UnicodeScalarView(visibleScalars(normal, &flags)))
    var words: [String] = []
    for word in again.split(whereSeparator: \.isWhitespace) {
      if isMixed(word) {
        flags.insert(.mixedScript)
        words.append(removedWord)
      } else {
        words.append(String(word))
      }
    }
    let joined = words.joined(separator: " ")
    let text = prefix(joined, bytes: bytesMax)
    if text.utf8.count < joined.utf8.count || bounded.utf8.count < raw.utf8.count {
      flags.insert(.truncated)
    }
    return (text, flags)
  }

  /// At most so many bytes, whole characters.
  static func prefix(_ text: String, bytes: Int) -> String {
    if text.utf8.count <= bytes { return text }
    var kept = 0
    var end = text.unicodeScalars.startIndex
    while end < text.unicodeScalars.endIndex {
      kept += UTF8.width(text.unicodeScalars[end])
      if kept > bytes { break }
      end = text.unicodeScalars.index(after: end)
    }
    return String(text.unicodeScalars[..<end])
  }

  private static func visibleScalars(_ text: String, _ flags: inout Set<TextFlag>)
    -> [Unicode.Scalar]
  {
    var out: [Unicode.Scalar] = []
    var marks = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029:
        out.append(" ")
        marks = 0
        continue
      case 0x00...0x1F, 0x7F...0x9F, 0xFFF9...0xFFFB:
        flags.insert(.control)
        continue
      case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069:
        flags.insert(.bidi)
        continue
      case 0xAD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200D,
        0x2060...0x2065, 0x206A...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0,
        0x1D173...0x1D17A, 0xE0100...0xE01EF:
        flags.insert(.invisible)
        continue
      case 0xE0000...0xE007F:
        flags.insert(.tags)
        continue
      default: break
      }
      switch scalar.properties.generalCategory {
      case .format, .privateUse, .unassigned, .surrogate, .control:
        // Nothing that a person would see, or agree on.
        flags.insert(.invisible)
        continue
      default: break
      }
      if scalar.properties.generalCategory == .nonspacingMark
        || scalar.properties.generalCategory == .enclosingMark
      {
        marks += 1
        if marks > combiningMax {
          flags.insert(.combining)
          continue
        }
      } else {
        marks = 0
      }
      out.append(scalar)
    }
    return out
  }

  /// Latin letters together with letters that are made to look like them.
  private static func isMixed(_ word: Substring) -> Bool {
    var latin = false
    var other = false
    for scalar in word.unicodeScalars {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F: latin = true
      case 0x370...0x3FF, 0x400...0x52F, 0x530...0x58F, 0x13A0...0x13FF, 0x1F00...0x1FFF,
        0x2C00...0x2C5F, 0xA4D0...0xA4FF, 0xAB30...0xABBF:
        other = true
      default: break
      }
      if latin && other { return true }
    }
    // A ticker whose letters are all look-alikes, beside digits or a dash.
    return other && isTickerShaped(word)
  }

  /// Two to five capitals of foreign scripts, alone or before a dash: `ВТС`, `ЕТН-USDT`.
  private static func isTickerShaped(_ word: Substring) -> Bool {
    let head = word.prefix { $0 != "-" && $0 != "/" }
    let letters = head.filter(\.isLetter)
    return (2...5).contains(letters.count) && letters.allSatisfy { lookAlikes.contains($0) }
  }

  /// Capitals of Greek and Cyrillic that are drawn as Latin ones.
  private static let lookAlikes: Set<Character> = Set(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТУХԚԜ")

  /// The title's letters and digits in lower case: what two versions of one headline share.
  public static func titleKey(_ title: String) -> String {
    String(
      String.UnicodeScalarView(
        title.lowercased().unicodeScalars.filter {
          $0.properties.isAlphabetic || $0.properties.numericType != nil
        }))
  }

  /// Markup out: tags, comments, what scripts and styles hold; common entities turned into characters.
  public static func withoutMarkup(_ text: String) -> String {
    if !text.contains("<") && !text.contains("&") { return text }
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "<") {
      out += rest[..<open]
      rest = rest[open...]
      if rest.hasPrefix("<!--") {
        guard let end = rest.range(of: "-->") else { return entities(out) }
        rest = rest[end.upperBound...]
        continue
      }
      guard let close = rest.firstIndex(of: ">") else { return entities(out) }
      let tag = rest[rest.index(after: open)..<close].lowercased()
      rest = rest[rest.index(after: close)...]
      out += " "
      for name in ["script", "style"] where tag == name || tag.hasPrefix(name + " ") {
        guard let end = rest.range(of: "</\(name)", options: .caseInsensitive) else {
          return entities(out)
        }
        rest = rest[end.lowerBound...]
      }
    }
    return entities(out + rest)
  }

  private static func entities(_ text: String) -> String {
    if !text.contains("&") { return text }
    let known = [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"),
      ("&nbsp;", " "), ("&amp;", "&"),
    ]
    return known.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }
}
