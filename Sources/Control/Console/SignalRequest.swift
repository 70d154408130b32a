// A person's signal as it comes in over HTTP, checked field by field; control plane.
import Foundation

/// `{"instrument": "BTC-USDT", "target": 3, "urgency": "normal", "ttl": "20s", "max_drift_bps": 0}`;
/// the last three may be left out. Anything else in the object is refused.
struct SignalRequest: Decodable, Sendable {
  var instrument: String
  /// Absolute position, signed lots.
  var target: Int64
  var urgency: String
  var timeToLiveMilliseconds: UInt32
  var maximumDriftBasisPoints: UInt32

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  private static let names = ["instrument", "target", "urgency", "ttl", "max_drift_bps"]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    for key in fields.allKeys where !SignalRequest.names.contains(key.stringValue) {
      throw SignalRequest.wrong(key, "unknown key")
    }
    func key(_ name: String) -> Key { Key(stringValue: name) }
    instrument = try fields.decode(String.self, forKey: key("instrument"))
    if let text = try? fields.decode(String.self, forKey: key("target")) {
      guard let lots = Int64(text) else {
        throw SignalRequest.wrong(key("target"), "not a whole number of lots")
      }
      target = lots
    } else {
      target = try fields.decode(Int64.self, forKey: key("target"))
    }
    urgency = try fields.decodeIfPresent(String.self, forKey: key("urgency")) ?? "normal"
    if !["low", "normal", "high"].contains(urgency) {
      throw SignalRequest.wrong(key("urgency"), "not one of low, normal, high")
    }
    let ttl = try fields.decodeIfPresent(String.self, forKey: key("ttl")) ?? "20s"
    guard let milliseconds = SignalRequest.milliseconds(ttl) else {
      throw SignalRequest.wrong(key("ttl"), "not a number with s, m or h, such as 20s")
    }
    timeToLiveMilliseconds = milliseconds
    maximumDriftBasisPoints =
      try fields.decodeIfPresent(UInt32.self, forKey: key("max_drift_bps")) ?? 0
  }

  private static func wrong(_ key: Key, _ text: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [key], debugDescription: text))
  }

  static func milliseconds(_ text: String) -> UInt32? {
    let units: [Character: UInt64] = ["s": 1_000, "m": 60_000, "h": 3_600_000]
    guard let last = text.last, let unit = units[last], let count = UInt64(text.dropLast()) else {
      return nil
    }
    let (product, overflowed) = count.multipliedReportingOverflow(by: unit)
    return overflowed ? nil : UInt32(exactly: product)
  }
}
