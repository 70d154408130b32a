// The core's own indicators of book and tape, as a snapshot holds them; control plane.
import Quantities

/// Each by the name that `BookIndicator.fact` gives it, absent while it is not warmed up.
public struct BookIndicatorFacts: Sendable, Hashable, Codable {
  private var values: [BookIndicator: Double] = [:]

  public init() {}

  public subscript(indicator: BookIndicator) -> Double? {
    get { values[indicator] }
    set { values[indicator] = newValue }
  }

  /// Those that are prices, for the list of what an answer may name.
  public var prices: [Double] {
    values.filter { $0.key.unit == .price }.map(\.value)
  }

  private struct Name: CodingKey {
    var stringValue: String
    init(stringValue: String) { self.stringValue = stringValue }
    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Name.self)
    for indicator in BookIndicator.allCases {
      guard let name = indicator.fact else { continue }
      values[indicator] = try fields.decodeIfPresent(
        Double.self, forKey: Name(stringValue: name))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Name.self)
    for indicator in BookIndicator.allCases {
      guard let name = indicator.fact else { continue }
      try fields.encodeIfPresent(values[indicator], forKey: Name(stringValue: name))
    }
  }
}
