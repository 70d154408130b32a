// Which currency a pair's orders are paid in, by what its row offers and the desk wants; control plane.

import Quantities

/// `tradeQuoteCcy` of spot orders (docs/OKX.md OKX-194). An order that names none is paid in the pair's own quote currency;
/// what is named must stand in the row's `tradeQuoteCcyList`.
enum TradeQuote: Equatable {
  /// Nothing is named.
  case own
  case named(String)
  /// The pair's own is not offered, others are, and the desk has not said which.
  case unclear

  init(of row: StatedRow, wanted: Symbol?) {
    let own = row.text("quoteCcy")
    let listed = row.text("instType") == "SPOT" ? row.texts("tradeQuoteCcyList") ?? [] : []
    let offered = listed.filter(TradeQuote.isCurrency)
    if let wanted = wanted?.description, wanted != own, offered.contains(wanted) {
      self = .named(wanted)
    } else if listed.isEmpty || offered.contains(own) {
      self = .own
    } else if offered.count == 1 {
      self = .named(offered[0])
    } else {
      self = .unclear
    }
  }

  /// What may stand in an order: letters and digits.
  static func isCurrency(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= Symbol.bytesMax
      && name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      }
  }
}
