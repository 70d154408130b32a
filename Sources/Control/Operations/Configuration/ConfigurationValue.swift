// How a key's text becomes a value and a value text again: exactly or refused; control plane.

import Quantities

/// A value that a configuration key can hold.
public protocol ConfigurationValue: Sendable, Equatable {
  /// Nil when the texts are not such a value. Scalars get one text, lists any number.
  static func parse(_ texts: [String]) -> Self?
  /// What `parse` would read; nil for a value that was not given.
  var texts: [String]? { get }
  static var typeName: String { get }
  static var isList: Bool { get }
}

extension ConfigurationValue {
  public static var isList: Bool { false }
}

extension String: ConfigurationValue {
  public static func parse(_ texts: [String]) -> String? {
    texts.count == 1 && !texts[0].isEmpty ? texts[0] : nil
  }
  public var texts: [String]? { [self] }
  public static var typeName: String { "text" }
}

/// Plain decimal digits: neither `1e3` nor `0x10` nor `NaN` is an integer.
private func integer<Value: FixedWidthInteger>(_ texts: [String]) -> Value? {
  guard texts.count == 1 else { return nil }
  let digits = texts[0].utf8.drop { $0 == 0x2D }
  let signs = texts[0].utf8.count - digits.count
  guard signs <= 1, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
    return nil
  }
  return Value(texts[0])
}

extension Int: ConfigurationValue {
  public static func parse(_ texts: [String]) -> Int? { integer(texts) }
  public var texts: [String]? { [String(self)] }
  public static var typeName: String { "integer" }
}

extension Int64: ConfigurationValue {
  public static func parse(_ texts: [String]) -> Int64? { integer(texts) }
  public var texts: [String]? { [String(self)] }
  public static var typeName: String { "integer" }
}

extension Bool: ConfigurationValue {
  public static func parse(_ texts: [String]) -> Bool? {
    switch texts {
    case ["true"]: true
    case ["false"]: false
    default: nil
    }
  }
  public var texts: [String]? { [self ? "true" : "false"] }
  public static var typeName: String { "true | false" }
}

extension Notional: ConfigurationValue {
  public static func parse(_ texts: [String]) -> Notional? {
    texts.count == 1 ? Notional(texts[0]) : nil
  }
  public var texts: [String]? { [description] }
  public static var typeName: String { "decimal and currency" }
}

extension DecimalNumber: ConfigurationValue {
  public static func parse(_ texts: [String]) -> DecimalNumber? {
    texts.count == 1 ? DecimalNumber(texts[0]) : nil
  }
  public var texts: [String]? { [description] }
  public static var typeName: String { "decimal" }
}

extension ConfigurationChoice {
  public static func parse(_ texts: [String]) -> Self? {
    texts.count == 1 ? Self(rawValue: texts[0]) : nil
  }
  public var texts: [String]? { [rawValue] }
  public static var typeName: String { allCases.map(\.rawValue).joined(separator: " | ") }
}

extension TradingEnvironment: ConfigurationValue {}
extension Region: ConfigurationValue {}
extension TopologyChoice: ConfigurationValue {}
extension TransportChoice: ConfigurationValue {}
extension Durability: ConfigurationValue {}
extension StrategyKind: ConfigurationValue {}
extension ExpiryAction: ConfigurationValue {}
extension ForeignOrderChoice: ConfigurationValue {}
extension OrderFallbackChoice: ConfigurationValue {}
extension AccountShare: ConfigurationValue {}
extension PromptPromotion: ConfigurationValue {}
extension CassetteMode: ConfigurationValue {}
extension LogFormat: ConfigurationValue {}
extension LogLevel: ConfigurationValue {}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
  public static func parse(_ texts: [String]) -> Wrapped?? {
    guard let value = Wrapped.parse(texts) else { return nil }
    return .some(value)
  }
  public var texts: [String]? { self?.texts }
  public static var typeName: String { Wrapped.typeName }
  public static var isList: Bool { Wrapped.isList }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  public static func parse(_ texts: [String]) -> [Element]? {
    var result: [Element] = []
    for text in texts {
      guard let value = Element.parse([text]), !result.contains(value) else { return nil }
      result.append(value)
    }
    return result
  }
  public var texts: [String]? { flatMap { $0.texts ?? [] } }
  public static var typeName: String { "list of \(Element.typeName)" }
  public static var isList: Bool { true }
}
