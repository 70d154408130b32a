// The grammar of an address's parts (RFC 3986 §3.2.2, §3.3, RFC 4291 §2.2); control plane.

extension WebSocketURL {
  static func lowered(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte
  }

  /// What follows `prefix` (ASCII case-insensitive), or nil.
  static func dropping(_ prefix: StaticString, from text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let wanted = prefix.withUTF8Buffer { unsafe Array($0) }
    if text.count < wanted.count { return nil }
    let head = text.prefix(wanted.count).map(lowered)
    return head == wanted ? text.dropFirst(wanted.count) : nil
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    let low = lowered(byte)
    return isDigit(byte) || (low >= 0x61 && low <= 0x66)
  }

  /// Labels of letters, digits, hyphens and underscores, 63 bytes each, 253 in all.
  static func isHostName(_ name: ArraySlice<UInt8>) -> Bool {
    if name.isEmpty || name.count > 253 { return false }
    for label in name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      if label.isEmpty || label.count > 63 { return false }
      if label.first == UInt8(ascii: "-") || label.last == UInt8(ascii: "-") { return false }
      for byte in label {
        let low = lowered(byte)
        let isLetter = low >= 0x61 && low <= 0x7A
        if !isLetter && !isDigit(byte) && byte != 0x2D && byte != 0x5F { return false }
      }
    }
    // A last label of digits alone is an address, and must be a whole one (WHATWG URL §3.5).
    let last = name.split(separator: UInt8(ascii: ".")).last ?? []
    return last.allSatisfy(isDigit) ? ipv4(String(decoding: name, as: UTF8.self)) != nil : true
  }

  /// Four decimal octets without leading zeros.
  static func ipv4(_ text: String) -> (UInt8, UInt8, UInt8, UInt8)? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if parts.count != 4 { return nil }
    var octets: [UInt8] = []
    for part in parts {
      if part.isEmpty || part.count > 3 || !part.allSatisfy(isDigit) { return nil }
      if part.count > 1 && part.first == 0x30 { return nil }
      guard let octet = UInt8(Substring(part)) else { return nil }
      octets.append(octet)
    }
    return (octets[0], octets[1], octets[2], octets[3])
  }

  /// The eight groups of an IPv6 literal (no zone, no embedded IPv4 beyond the last two groups), or nil.
  static func ipv6(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    let whole = String(decoding: text, as: UTF8.self)
    if text.isEmpty || text.count > 45 { return nil }
    func groups(_ part: Substring) -> [UInt16]? {
      if part.isEmpty { return [] }
      var result: [UInt16] = []
      let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
      for (index, piece) in pieces.enumerated() {
        if index == pieces.count - 1, piece.contains(".") {
          guard let octets = ipv4(String(piece)) else { return nil }
          result.append(UInt16(octets.0) << 8 | UInt16(octets.1))
          result.append(UInt16(octets.2) << 8 | UInt16(octets.3))
          continue
        }
        if piece.isEmpty || piece.utf8.count > 4 || !piece.utf8.allSatisfy(isHexDigit) {
          return nil
        }
        guard let group = UInt16(piece, radix: 16) else { return nil }
        result.append(group)
      }
      return result
    }
    guard let gap = doubleColon(whole) else {
      guard let all = groups(whole[...]), all.count == 8 else { return nil }
      return all
    }
    let tail = whole[whole.index(gap, offsetBy: 2)...]
    let headText = whole[..<gap]
    guard !headText.contains("."), let head = groups(headText), let back = groups(tail),
      doubleColon(String(tail)) == nil, !tail.hasPrefix(":")
    else { return nil }
    if head.count + back.count > 7 { return nil }
    return head + [UInt16](repeating: 0, count: 8 - head.count - back.count) + back
  }

  private static func doubleColon(_ text: String) -> String.Index? {
    var previous: String.Index?
    for index in text.indices {
      if text[index] == ":" {
        if let previous, text.index(after: previous) == index { return previous }
        previous = index
      }
    }
    return nil
  }

  static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool { ipv6(text) != nil }

  static func isLoopbackIPv6(_ text: String) -> Bool {
    ipv6(Array(text.utf8)[...]) == [0, 0, 0, 0, 0, 0, 0, 1]
  }

  /// 1…65535, no sign, no leading zeros, at most five digits.
  static func port(_ text: ArraySlice<UInt8>) -> UInt16? {
    if text.isEmpty || text.count > 5 || text.first == 0x30 || !text.allSatisfy(isDigit) {
      return nil
    }
    return UInt16(String(decoding: text, as: UTF8.self))
  }

  /// Empty, or a path and query of visible ASCII with whole percent escapes; `#` is refused.
  static func isRequestTarget(_ text: ArraySlice<UInt8>) -> Bool {
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte <= 0x20 || byte >= 0x7F { return false }
      switch byte {
      case UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"),
        UInt8(ascii: "|"), UInt8(ascii: "}"):
        return false
      case UInt8(ascii: "%"):
        if index + 2 >= text.endIndex || !isHexDigit(text[index + 1])
          || !isHexDigit(text[index + 2])
        {
          return false
        }
      default: break
      }
      index += 1
    }
    return true
  }
}
