// What the context's connections subscribe for the instruments of a run; housekeeping.

public import Quantities

extension ContextChannel {
  /// Subscriptions of the public endpoint, or of the business one, for these instruments.
  public static func subscriptions(
    _ channels: [ContextChannel], of table: InstrumentTable, onBusiness: Bool
  ) -> [PublicTap.Channel] {
    var found: [PublicTap.Channel] = []
    var seen: Set<PublicTap.Channel> = []
    func add(_ channel: ContextChannel, _ instrument: String?, _ type: String? = nil) {
      guard
        let one = PublicTap.Channel(
          name: channel.okxName(), instrument: instrument, instrumentType: type),
        seen.insert(one).inserted
      else { return }
      found.append(one)
    }
    let items = (0..<table.count).map { table[InstrumentID(index: UInt16($0))] }
    for channel in channels where channel.isOnBusiness == onBusiness {
      switch channel.subject {
      case .nothing: add(channel, nil)
      case .types(let types):
        for item in items where types.contains(item.type) { add(channel, nil, item.type.okxName) }
      case .indices:
        for item in items { add(channel, index(of: item, table).description) }
      case .instruments(let types):
        for item in items where types.isEmpty || types.contains(item.type) {
          add(channel, item.symbol.description)
        }
      }
    }
    return found
  }

  /// An index is named by the pair that it prices.
  public static func index(of item: Instrument, _ table: InstrumentTable) -> Symbol {
    if item.type == .spot || item.base.isNone || item.quote.isNone { return item.symbol }
    let name = "\(table.currencyName(item.base))-\(table.currencyName(item.quote))"
    return Symbol(name) ?? item.symbol
  }
}
