// A recording, real or made, decoded by Foundation into market messages.

import Book
import Foundation
import Quantities

/// One book message of a recording: `instId` and the message with digits and checksum.
struct RecordedMessage {
  var instrument: String
  var message: TestMessage
}

struct Recording {
  var instruments: [String: Instrument] = [:]
  var messages: [RecordedMessage] = []

  /// Decodes the book frames. Tick and lot are the finest decimals in the file; sequence numbers, which
  /// these frames predate, are derived: 1, 2, 3… for each instrument.
  init(contentsOf url: URL) throws {
    struct Raw {
      var instrument: String
      var isSnapshot: Bool
      var sides: [[(DecimalNumber, DecimalNumber)]]
      var checksum: Int32
    }
    var raws: [Raw] = []
    var finest: [String: (UInt8, UInt8)] = [:]
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("wss:"),
        line.contains("\"action\""),
        let frame = try JSONSerialization.jsonObject(
          with: Data(line[line.index(after: colon)...].utf8)) as? [String: Any],
        let arg = frame["arg"] as? [String: String], let name = arg["instId"],
        let data = (frame["data"] as? [[String: Any]])?.first
      else { continue }
      let sides = ["bids", "asks"].map { side in
        (data[side] as! [[String]]).map { (DecimalNumber($0[0])!, DecimalNumber($0[1])!) }
      }
      for (price, size) in sides.joined() {
        let held = finest[name] ?? (0, 0)
        finest[name] = (max(held.0, price.decimals), max(held.1, size.decimals))
      }
      raws.append(
        Raw(
          instrument: name, isSnapshot: frame["action"] as? String == "snapshot", sides: sides,
          checksum: Int32(data["checksum"] as! Int)))
    }
    for (name, places) in finest {
      var instrument = testInstrument(name: name)
      instrument.tick = Increment(mantissa: 1, decimals: places.0)
      instrument.lot = Increment(mantissa: 1, decimals: places.1)
      instruments[name] = instrument
    }
    var sequences: [String: Int64] = [:]
    for raw in raws {
      let instrument = instruments[raw.instrument]!
      let sides = try raw.sides.map { side in
        try side.map { (price, size) in
          TestLevel(
            ticks: try price.units(of: instrument.tick), lots: try size.units(of: instrument.lot),
            digits: LevelDigits(price: price.decimals, quantity: size.decimals))
        }
      }
      let previous = raw.isSnapshot ? -1 : sequences[raw.instrument, default: 0]
      let sequence = sequences[raw.instrument, default: 0] + 1
      sequences[raw.instrument] = sequence
      var message = TestMessage(
        raw.isSnapshot ? .snapshot : .update, bids: sides[0], asks: sides[1], previous: previous,
        sequence: sequence, at: Int64(messages.count))
      message.header.checksum = raw.checksum
      message.header.flags = [.hasDigits, .hasChecksum]
      messages.append(RecordedMessage(instrument: raw.instrument, message: message))
    }
  }
}
