// HMAC signatures and time stamps as OKX checks them; simulation.

import Crypto
import Foundation

enum Signature {
  /// Base64(HMAC-SHA256(secret, text)).
  static func of(_ text: String, secret: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    return Data(code).base64EncodedString()
  }

  /// Compares in constant time, by habit.
  static func isValid(_ offered: String, for text: String, secret: String) -> Bool {
    guard let bytes = Data(base64Encoded: offered) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(
      bytes, authenticating: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
  }

  /// Milliseconds since the epoch of `2020-12-08T09:08:57.715Z`; nil for any other shape.
  static func milliseconds(ofISO text: String) -> Int64? {
    let bytes = Array(text.utf8)
    let shape = Array("dddd-dd-ddTdd:dd:dd.dddZ".utf8)
    if bytes.count != shape.count { return nil }
    for (byte, expected) in zip(bytes, shape) {
      if expected == UInt8(ascii: "d") {
        if byte < 0x30 || byte > 0x39 { return nil }
      } else if byte != expected {
        return nil
      }
    }
    func number(_ range: Range<Int>) -> Int {
      bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 {
      return nil
    }
    let seconds = (days(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second
    return Int64(seconds) * 1_000 + Int64(number(20..<23))
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
