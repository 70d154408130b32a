// The words, texts and marks of a source file without its comments: Swift, C and JavaScript alike.
import Foundation

struct Token: Sendable, Equatable {
  enum Kind: Sendable { case word, text, mark }

  var kind: Kind
  /// A word's letters, a text's content, a mark's one character.
  var value: String
  var line: Int

  func isMark(_ mark: String) -> Bool { kind == .mark && value == mark }
  func isWord(_ word: String) -> Bool { kind == .word && value == word }
}

enum SourceLanguage: Sendable {
  case swift, c, javaScript

  init?(ofExtension ext: String) {
    switch ext {
    case "swift": self = .swift
    case "c", "h": self = .c
    case "js": self = .javaScript
    default: return nil
    }
  }
}

/// Splits a file into tokens; what stands in an interpolation is code like the rest.
struct SourceText {
  private let bytes: [UInt8]
  private let language: SourceLanguage
  private var at = 0
  private var line = 1
  private(set) var tokens: [Token] = []

  static func tokens(_ text: String, _ language: SourceLanguage = .swift) -> [Token] {
    var reader = SourceText(text, language)
    reader.read(untilClosing: nil)
    return reader.tokens
  }

  private init(_ text: String, _ language: SourceLanguage) {
    bytes = Array(text.utf8)
    self.language = language
    tokens.reserveCapacity(bytes.count / 5)
  }

  private func peek(_ ahead: Int = 0) -> UInt8 {
    at + ahead < bytes.count ? bytes[at + ahead] : 0
  }

  /// Reads to the end, or past the mark that closes an interpolation.
  private mutating func read(untilClosing closing: UInt8?) {
    var depth = 0
    let opening: UInt8 = closing == UInt8(ascii: ")") ? UInt8(ascii: "(") : UInt8(ascii: "{")
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\n") { line += 1 }
      if skipsComment() { continue }
      if Self.isWordByte(byte) {
        readWord()
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") && opensRawText {
        readText()
      } else if language != .swift, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") {
        readQuoted(by: byte)
      } else if language == .javaScript, byte == UInt8(ascii: "/"), expectsValue {
        readPattern()
      } else {
        if let closing {
          if byte == opening { depth += 1 }
          if byte == closing {
            if depth == 0 {
              at += 1
              return
            }
            depth -= 1
          }
        }
        at += 1
        if byte > 32 && byte < 127 && byte != UInt8(ascii: "`") {
          tokens.append(Token(kind: .mark, value: String(UnicodeScalar(byte)), line: line))
        }
      }
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...255:
      true
    default: false
    }
  }

  private mutating func readWord() {
    let start = at
    while Self.isWordByte(peek()) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    tokens.append(Token(kind: .word, value: word, line: line))
  }

  private mutating func skipsComment() -> Bool {
    guard peek() == UInt8(ascii: "/") else { return false }
    if peek(1) == UInt8(ascii: "/") {
      while at < bytes.count && bytes[at] != UInt8(ascii: "\n") { at += 1 }
      return true
    }
    guard peek(1) == UInt8(ascii: "*") else { return false }
    var depth = 0
    repeat {
      if peek() == UInt8(ascii: "/") && peek(1) == UInt8(ascii: "*") {
        depth += language == .swift || depth == 0 ? 1 : 0
        at += 2
      } else if peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/") {
        depth -= 1
        at += 2
      } else {
        if peek() == UInt8(ascii: "\n") { line += 1 }
        at += 1
      }
    } while depth > 0 && at < bytes.count
    return true
  }

  private var opensRawText: Bool {
    var ahead = 0
    while peek(ahead) == UInt8(ascii: "#") { ahead += 1 }
    return language == .swift && peek(ahead) == UInt8(ascii: "\"")
  }

  /// A text in double quotes: plain, of several lines, or raw.
  private mutating func readText() {
    let quote = UInt8(ascii: "\"")
    var hashes = 0
    while peek() == UInt8(ascii: "#") {
      hashes += 1
      at += 1
    }
    let triple = language == .swift && peek(1) == quote && peek(2) == quote
    at += triple ? 3 : 1
    let start = line
    var content: [UInt8] = []
    while at < bytes.count {
      if peek() == UInt8(ascii: "\\"), hashesFollow(hashes, after: 1) {
        let escaped = peek(1 + hashes)
        at += 2 + hashes
        if escaped == UInt8(ascii: "(") && language == .swift {
          content.append(UInt8(ascii: " "))
          read(untilClosing: UInt8(ascii: ")"))
        } else if escaped == UInt8(ascii: "\n") {
          line += 1
        } else {
          content.append(UInt8(ascii: " "))
        }
        continue
      }
      let ends = triple ? peek() == quote && peek(1) == quote && peek(2) == quote : peek() == quote
      if ends, hashesFollow(hashes, after: triple ? 3 : 1) {
        at += (triple ? 3 : 1) + hashes
        break
      }
      if peek() == UInt8(ascii: "\n") { line += 1 }
      content.append(peek())
      at += 1
    }
    add(content, line: start)
  }

  private func hashesFollow(_ count: Int, after offset: Int) -> Bool {
    (0..<count).allSatisfy { peek(offset + $0) == UInt8(ascii: "#") }
  }

  /// A text in single quotes or backticks, of C or JavaScript.
  private mutating func readQuoted(by quote: UInt8) {
    let start = line
    at += 1
    var content: [UInt8] = []
    while at < bytes.count && peek() != quote {
      if peek() == UInt8(ascii: "\\") {
        at += 2
        continue
      }
      if quote == UInt8(ascii: "`"), peek() == UInt8(ascii: "$"), peek(1) == UInt8(ascii: "{") {
        at += 2
        read(untilClosing: UInt8(ascii: "}"))
        continue
      }
      if peek() == UInt8(ascii: "\n") { line += 1 }
      content.append(peek())
      at += 1
    }
    at += 1
    add(content, line: start)
  }

  /// Whether a slash here begins a pattern and does not divide.
  private var expectsValue: Bool {
    guard let last = tokens.last else { return true }
    switch last.kind {
    case .word: return last.value == "return"
    case .text: return false
    case .mark: return !(last.value == ")" || last.value == "]" || last.value == "}")
    }
  }

  private mutating func readPattern() {
    at += 1
    var inClass = false
    while at < bytes.count && peek() != UInt8(ascii: "\n") {
      let byte = peek()
      at += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "[") { inClass = true }
      if byte == UInt8(ascii: "]") { inClass = false }
      if byte == UInt8(ascii: "/") && !inClass { break }
    }
    add([], line: line)
  }

  private mutating func add(_ content: [UInt8], line: Int) {
    tokens.append(Token(kind: .text, value: String(decoding: content, as: UTF8.self), line: line))
  }
}
