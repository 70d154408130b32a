// A value in a named currency, as limits give it: `2500.50 USDT`; control plane.

import Quantities

public struct Notional: Sendable, Equatable, CustomStringConvertible {
  public var amount: DecimalNumber
  public var currency: String

  public init(amount: DecimalNumber, currency: String) {
    self.amount = amount
    self.currency = currency
  }

  /// Nil unless the text is a plain decimal, one blank, and a currency code of capitals and digits.
  public init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let amount = DecimalNumber(parts[0]), !parts[1].isEmpty,
      parts[1].utf8.count <= 16,
      parts[1].utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) })
    else { return nil }
    self.init(amount: amount, currency: String(parts[1]))
  }

  public var description: String { "\(amount) \(currency)" }
}
