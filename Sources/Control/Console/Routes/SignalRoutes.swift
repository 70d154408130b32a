// The route of a person's signal, checked field by field; control plane.
import Door
import Foundation
import Quantities

enum SignalRoutes {
  static let all: [Route] = [
    Route(.post, "/api/trade/signal", .right(.risk)) { call in
      let asked = try await call.body(SignalRequest.self)
      let reply = try await call.services.door.send(
        asked.request(person: call.caller?.person ?? ""))
      return .json(SignalAnswer(asked, reply))
    }
  ]
}

/// `{"instrument": "BTC-USDT", "target": 3, "urgency": "normal", "ttl": "20s", "max_drift_bps": 0}`;
/// the last three may be left out. `lot` and `contract_value` say what the target counts in, as decimal texts; without them
/// a target is refused once the exchange has changed them. Anything else in the object is refused.
struct SignalRequest: Decodable, Sendable {
  var instrument: String
  /// Absolute position, signed lots.
  var target: Int64
  var urgency: Urgency
  var timeToLiveMilliseconds: UInt32
  var maximumDriftBasisPoints: UInt32
  var units: DoorUnits

  private static let names = [
    "instrument", "target", "urgency", "ttl", "max_drift_bps", "lot", "contract_value",
  ]

  init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, SignalRequest.names)
    instrument = try fields.get(String.self, "instrument")
    if let text = try? fields.get(String.self, "target") {
      guard let lots = Int64(text) else {
        throw StrictFields.wrong("target", "not a whole number of lots")
      }
      target = lots
    } else {
      target = try fields.get(Int64.self, "target")
    }
    guard let urgency = Urgency(word: try fields.getIfAny(String.self, "urgency") ?? "normal")
    else { throw StrictFields.wrong("urgency", "not one of low, normal, high") }
    self.urgency = urgency
    let ttl = try fields.getIfAny(String.self, "ttl") ?? "20s"
    guard let milliseconds = SignalRequest.milliseconds(ttl) else {
      throw StrictFields.wrong("ttl", "not a number with s, m or h, such as 20s")
    }
    timeToLiveMilliseconds = milliseconds
    maximumDriftBasisPoints =
      try fields.getIfAny(UInt32.self, "max_drift_bps") ?? 0
    func number(_ name: String) throws -> DecimalNumber? {
      guard let text = try fields.getIfAny(String.self, name) else { return nil }
      guard let number = DecimalNumber(text), number.mantissa > 0 else {
        throw StrictFields.wrong(name, "not a positive decimal number as text, such as \"0.01\"")
      }
      return number
    }
    units = DoorUnits(lot: try number("lot"), contractValue: try number("contract_value"))
  }

  static func milliseconds(_ text: String) -> UInt32? {
    let units: [Character: UInt64] = ["s": 1_000, "m": 60_000, "h": 3_600_000]
    guard let last = text.last, let unit = units[last], text.utf8.count <= 7,
      text.dropLast().allSatisfy({ ("0"..."9").contains($0) }), let count = UInt64(text.dropLast())
    else { return nil }
    let (product, overflowed) = count.multipliedReportingOverflow(by: unit)
    return overflowed ? nil : UInt32(exactly: product)
  }

  func request(person: String) throws(Problem) -> DoorRequest {
    guard let symbol = Symbol(instrument) else {
      throw .json("`instrument` is no instrument id")
    }
    return .signal(
      DoorSignal(
        instrument: symbol, source: .manual, target: target, urgency: urgency,
        timeToLiveMilliseconds: timeToLiveMilliseconds,
        maximumDriftBasisPoints: maximumDriftBasisPoints, person: person, units: units))
  }
}

/// What a signal that was taken is answered with.
struct SignalAnswer: Encodable {
  var status = "done"
  var instrument: String
  var target: Int64
  var source = "manual"
  var urgency: String
  var ttlMilliseconds: UInt32
  /// The core's words: what the signal waits for, or a limit that it was cut to.
  var detail: String

  enum CodingKeys: String, CodingKey {
    case status, instrument, target, source, urgency, detail
    case ttlMilliseconds = "ttl_ms"
  }

  init(_ request: SignalRequest, _ reply: DoorReply) {
    instrument = request.instrument
    // As the core took it.
    target = reply.first
    detail = reply.detail
    urgency = request.urgency.word
    ttlMilliseconds = request.timeToLiveMilliseconds
  }
}
