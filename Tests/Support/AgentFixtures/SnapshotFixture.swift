// A snapshot with something of everything that a role may see.
import Roles

public enum SnapshotFixture {
  public static func full() -> Snapshot {
    var snapshot = Snapshot(
      takenAt: 1_790_000_000_000,
      instrument: InstrumentFacts(
        id: "BTC-USDT-SWAP", type: "swap", tickSize: "0.1", lotSize: "0.01", quote: "USDT",
        isTradable: true))
    var book = BookFacts(isValid: true, ageMilliseconds: 3, sequence: 9)
    book.bid = 65_000.1
    book.ask = 65_000.2
    book.mid = 65_000.15
    book.midHalfTicks = 1_300_003
    book.bids = [LevelFacts(price: 65_000.1, lots: 3)]
    book.asks = [LevelFacts(price: 65_000.2, lots: 4)]
    snapshot.book = book
    var position = PositionFacts(lots: 7, workingBuyLots: 1, workingSellLots: 0, workingOrders: 1)
    position.permilleOfLimit = 700
    position.averagePrice = 64_321.5
    snapshot.position = position
    var account = AccountFacts()
    account.equity = 123_456.78
    account.drawdownPermille = 12
    snapshot.account = account
    var limits = LimitFacts(isAllowed: true, tradingState: "active", isFlattening: false)
    limits.positionLots = 10
    snapshot.limits = limits
    snapshot.orders = [
      OrderFacts(
        reference: "o1", id: "549755813889", side: "buy", price: 64_999.9, lots: 1, filledLots: 0,
        state: "live", ageMilliseconds: 50)
    ]
    return snapshot
  }
}
