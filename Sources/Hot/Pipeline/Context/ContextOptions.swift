// Which market context a core follows, and how it is reached; the control plane fills it from configuration.

import OKX
import Quantities
import Transport
import Wire

/// One connection of context channels.
public struct ContextConnection: Sendable {
  /// For logs and State: `context`, `context-business`.
  public var name: String
  public var url: WebSocketURL
  public var headers: [(name: String, value: String)]
  public var channels: [PublicTap.Channel]

  public init(
    name: String, url: WebSocketURL, headers: [(name: String, value: String)] = [],
    channels: [PublicTap.Channel]
  ) {
    self.name = name
    self.url = url
    self.headers = headers
    self.channels = channels
  }
}

public enum ContextChannels {
  /// Subscriptions of the public endpoint, or of the business one, for these instruments.
  public static func subscriptions(
    _ names: [String], of table: InstrumentTable, onBusiness: Bool
  ) -> [PublicTap.Channel] {
    var found: [PublicTap.Channel] = []
    var seen: Set<PublicTap.Channel> = []
    func add(_ name: String, _ instrument: String?, _ type: String? = nil) {
      guard
        let channel = PublicTap.Channel(
          name: name, instrument: instrument, instrumentType: type),
        seen.insert(channel).inserted
      else { return }
      found.append(channel)
    }
    let items = (0..<table.count).map { table[InstrumentID(index: UInt16($0))] }
    for name in names where (name == "candle") == onBusiness {
      switch name {
      case "status": add(name, nil)
      case "liquidation-orders":
        for item in items where item.type == .swap || item.type == .futures {
          add(name, nil, item.type == .swap ? "SWAP" : "FUTURES")
        }
      case "candle":
        for item in items { add("candle" + BarInterval.minute.okxName, item.symbol.description) }
      case "index-tickers":
        for item in items { add(name, index(of: item, table).description) }
      case "funding-rate":
        for item in items where item.type == .swap { add(name, item.symbol.description) }
      case "open-interest":
        for item in items where item.type != .spot { add(name, item.symbol.description) }
      default: for item in items { add(name, item.symbol.description) }
      }
    }
    return found
  }

  /// An index is named by the pair that it prices.
  static func index(of item: Instrument, _ table: InstrumentTable) -> Symbol {
    if item.type == .spot || item.base.isNone || item.quote.isNone { return item.symbol }
    let name = "\(table.currencyName(item.base))-\(table.currencyName(item.quote))"
    return Symbol(name) ?? item.symbol
  }
}
