// A generated book stream of one busy instrument: what a deep book near the best prices looks like to the decoder and the book.

import Quantities

extension Frames {
  /// Levels a side of the snapshot.
  private static let depth: Int64 = 400
  private static let updates = 3000

  /// BTC-USDT, tick 0.1, lot 0.00000001: one snapshot of 400 levels a side, then updates of 1 to 16 levels,
  /// most of them within a few ticks of a mid that wanders.
  public static let generated: Frames = {
    var random = SeededRandom(seed: 20_260_801)
    var mid: Int64 = 787_222
    var texts = [
      text(
        (1...depth).map { level(mid + $0, $0 * 1_000_003) },
        (0..<depth).map { level(mid - $0, $0 * 1_000_003 + 7) }, sequence: 1, previous: -1)
    ]
    for sequence in 2...Int64(updates) {
      let move = Int64.random(in: -1...1, using: &random)
      var asks: [String] = []
      var bids: [String] = []
      // What the mid runs over is gone, what it leaves behind is new.
      if move > 0 { asks.append(level(mid + 1, 0)) }
      if move < 0 { bids.append(level(mid, 0)) }
      mid += move
      if move > 0 { bids.append(level(mid, 500_000)) }
      if move < 0 { asks.append(level(mid + 1, 500_000)) }
      for _ in 0..<Int.random(in: 1...14, using: &random) {
        let distance =
          Int64.random(in: 0..<6, using: &random) * Int64.random(in: 1..<40, using: &random)
        let isDelete = distance > 0 && Int.random(in: 0..<4, using: &random) == 0
        let lots = isDelete ? 0 : Int64.random(in: 1...900_000_000, using: &random)
        if Bool.random(using: &random) {
          asks.append(level(mid + 1 + distance, lots))
        } else {
          bids.append(level(mid - distance, lots))
        }
      }
      texts.append(text(asks, bids, sequence: sequence, previous: sequence - 1))
    }
    let instrument = Instrument(
      id: .none, symbol: Symbol("BTC-USDT")!, type: .spot,
      tick: Increment(mantissa: 1, decimals: 1), lot: Increment(mantissa: 1, decimals: 8))
    return Frames(
      texts, instruments: InstrumentTable([instrument]), origin: "generated, one deep instrument")
  }()

  private static func level(_ ticks: Int64, _ lots: Int64) -> String {
    let price = DecimalNumber(mantissa: ticks, decimals: 1)
    let size = lots == 0 ? "0" : DecimalNumber(mantissa: lots, decimals: 8).description
    return "[\"\(price)\",\"\(size)\",\"0\",\"\(lots == 0 ? 0 : 1)\"]"
  }

  private static func text(
    _ asks: [String], _ bids: [String], sequence: Int64, previous: Int64
  ) -> String {
    "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},\"action\":\""
      + (previous < 0 ? "snapshot" : "update") + "\",\"data\":[{\"asks\":["
      + asks.joined(separator: ",") + "],\"bids\":[" + bids.joined(separator: ",")
      + "],\"ts\":\"\(1_787_612_486_107 + sequence * 100)\",\"checksum\":0,\"seqId\":\(sequence)"
      + ",\"prevSeqId\":\(previous)}]}"
  }
}
