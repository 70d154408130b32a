// An independent decode by Foundation's parser, and sequence numbers for frames that predate them.

import Foundation
import OKX
import Quantities

enum Reference {
  /// What a push says, or nil where Foundation finds no such push in it.
  static func decode(_ bytes: [UInt8], _ table: InstrumentTable) -> [Decoded]? {
    guard
      let frame = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
      let arg = frame["arg"] as? [String: Any], let name = arg["instId"] as? String,
      let symbol = Symbol(name), let id = table.find(symbol),
      let data = frame["data"] as? [[String: Any]],
      let channel = channels[arg["channel"] as? String ?? ""]
    else { return nil }
    let item = table[id]
    var found: [Decoded] = []
    for element in data {
      guard let time = (element["ts"] as? String).flatMap(Int64.init) else { return nil }
      var message = Decoded(kind: .update, channel: channel, instrument: id, time: time)
      message.seqId = (element["seqId"] as? NSNumber)?.int64Value ?? 0
      message.prevSeqId = (element["prevSeqId"] as? NSNumber)?.int64Value ?? 0
      if channel == .trades {
        guard let price = (element["px"] as? String).flatMap(DecimalNumber.init),
          let size = (element["sz"] as? String).flatMap(DecimalNumber.init),
          let ticks = try? price.units(of: item.tick), let lots = try? size.units(of: item.lot),
          let trade = (element["tradeId"] as? String).flatMap(UInt64.init)
        else { return nil }
        message.kind = .trade
        message.trade = Decoded.Trade(
          ticks: ticks, lots: lots, side: element["side"] as? String == "buy" ? .buy : .sell,
          id: trade, count: (element["count"] as? String).flatMap(UInt32.init) ?? 1,
          source: (element["source"] as? String).flatMap(UInt8.init) ?? 0)
      } else {
        message.checksum = (element["checksum"] as? NSNumber)?.int32Value ?? 0
        message.hasChecksum = message.checksum != 0
        guard let bids = levels(element["bids"], item, message.hasChecksum),
          let asks = levels(element["asks"], item, message.hasChecksum)
        else { return nil }
        message.bids = bids
        message.asks = asks
        if channel == .bestBidOffer {
          message.kind = .bestBidOffer
        } else if frame["action"] as? String == "snapshot" || message.prevSeqId == -1 {
          message.kind = .snapshot
        }
      }
      found.append(message)
    }
    return found
  }

  static let channels: [String: MarketChannel] = [
    "books": .books, "books50-l2-tbt": .books50, "books-l2-tbt": .booksTbt,
    "bbo-tbt": .bestBidOffer, "trades": .trades,
  ]

  private static func levels(_ value: Any?, _ item: Instrument, _ hasDigits: Bool) -> [Level]? {
    guard let rows = value as? [[Any]] else { return nil }
    var found: [Level] = []
    for row in rows {
      guard row.count >= 2, let price = (row[0] as? String).flatMap(DecimalNumber.init),
        let size = (row[1] as? String).flatMap(DecimalNumber.init),
        let ticks = try? price.units(of: item.tick), let lots = try? size.units(of: item.lot)
      else { return nil }
      found.append(
        Level(
          ticks: ticks, lots: lots,
          digits: hasDigits
            ? LevelDigits(price: price.decimals, quantity: size.decimals) : nil))
    }
    return found
  }

  /// Numbers book frames 1, 2, 3 … per instrument, as the simulated exchange does for old recordings.
  static func numbered(_ frames: [String]) -> [String] {
    var last: [Substring: Int64] = [:]
    return frames.map { frame in
      guard frame.contains("\"action\""), frame.hasSuffix("}]}"),
        let name = frame.firstMatch(of: /"instId":"([^"]+)"/)?.1
      else { return frame }
      let previous = frame.contains("\"snapshot\"") ? -1 : last[name, default: 0]
      let sequence = last[name, default: 0] + 1
      last[name] = sequence
      return frame.dropLast(3) + ",\"seqId\":\(sequence),\"prevSeqId\":\(previous)}]}"
    }
  }

  /// A table with the finest decimals that the frames use, as these recordings name no ticks.
  static func table(of frames: [String]) -> InstrumentTable {
    var finest: [String: (UInt8, UInt8)] = [:]
    for frame in frames {
      guard
        let parsed = try? JSONSerialization.jsonObject(with: Data(frame.utf8)) as? [String: Any],
        let name = (parsed["arg"] as? [String: Any])?["instId"] as? String,
        let data = parsed["data"] as? [[String: Any]]
      else { continue }
      for element in data {
        let rows =
          ((element["asks"] as? [[String]]) ?? []) + ((element["bids"] as? [[String]]) ?? [])
          + ((element["px"] as? String).map { [[$0, element["sz"] as? String ?? "0"]] } ?? [])
        for row in rows {
          guard let price = DecimalNumber(row[0]), let size = DecimalNumber(row[1]) else {
            continue
          }
          let held = finest[name] ?? (0, 0)
          finest[name] = (max(held.0, price.decimals), max(held.1, size.decimals))
        }
      }
    }
    return InstrumentTable(
      finest.sorted { $0.key < $1.key }.map { (name, places) in
        Instrument(
          id: .none, symbol: Symbol(name)!, type: .spot,
          tick: Increment(mantissa: 1, decimals: places.0),
          lot: Increment(mantissa: 1, decimals: places.1))
      })
  }
}
