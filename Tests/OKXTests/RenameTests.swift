// A contract that the exchange renames: what was asked for by its old name is asked for by the new one (OKX-200).

import OKX
import Quantities
import Testing

@Suite struct RenameTests {
  @Test func booksAreGivenUpByTheNewNameAndTradesAskedForByIt() throws {
    let new = "XBT-USDT"
    // The session changes its rows: they are nobody else's.
    let table = usualTable.copy()
    let shell = try Shell([line(.books), line(.trades)], table)
    shell.connect()
    shell.receive(Text.ack("subscribe", 1))
    shell.receive(Text.ack("subscribe", 1, "trades"))
    shell.receive(Text.book(-1, 10))
    #expect(shell.isValid(bitcoin))
    _ = (shell.takeSent(), shell.takeCommitted())

    let held = table[bitcoin]
    var stated = held
    stated.symbol = try #require(Symbol(new))
    let change = try #require(held.change(to: stated))
    #expect(change.isOfName && !change.isOfUnits && change.instrument.former == held.symbol)
    shell.take(change)
    // The old book ends downstream, and no request names the old name any more.
    #expect(shell.takeCommitted().map(\.fault) == [.instrumentChanged, .instrumentChanged])
    #expect(!shell.isValid(bitcoin))
    #expect(
      shell.takeSent() == [
        Text.request(2, "unsubscribe", [("books", new)]),
        Text.request(3, "subscribe", [("trades", new)]),
      ])
    // Trades go on by either name meanwhile.
    for name in ["BTC-USDT", new] {
      let trade =
        #"{"arg":{"channel":"trades","instId":"\#(name)"},"data":[{"instId":"\#(name)","tradeId":"1","px":"5","sz":"1","side":"buy","ts":"9"}]}"#
      #expect(shell.receive(trade).messageCount == 1)
    }
    shell.receive(Text.ack("unsubscribe", 2, "books", new))
    #expect(shell.takeSent() == [Text.request(4, "subscribe", [("books", new)])])
    shell.receive(Text.ack("subscribe", 3, "trades", new))
    shell.receive(Text.ack("subscribe", 4, "books", new))
    shell.receive(Text.book(new, -1, 20))
    shell.receive(Text.book(new, 20, 21))
    #expect(shell.isValid(bitcoin) && shell.isComplete)
    #expect(shell.takeCommitted().suffix(2).map(\.kind) == [.snapshot, .update])
    // A connection that is made anew asks by the new name.
    shell.connect()
    #expect(
      shell.takeSent() == [Text.request(5, "subscribe", [("books", new), ("trades", new)])])
  }
}
