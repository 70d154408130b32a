// How far bills were read, and whether each balance goes on from the one before: the book stepped by hand.

import Core
import Journal
import Quantities
import Testing

@Suite struct BillBookTests {
  private static let start: Int64 = 1_700_000_000_000
  private static let overlap = BillBook.overlapMilliseconds

  private func bill(
    _ id: UInt64, _ change: String, _ balance: String, _ currency: String = "USDT",
    after milliseconds: Int64 = 0
  ) -> BillRecord {
    BillRecord(
      bill: id, type: 2, subType: 1, currency: Symbol(currency) ?? Symbol(),
      change: Amount(change) ?? .zero, balance: Amount(balance) ?? .zero, profit: .zero, fee: .zero,
      size: .zero, instrument: Symbol(), exchangeOrder: .none, tradeID: 0,
      exchangeTime: WallMilliseconds(milliseconds: BillBookTests.start + milliseconds))
  }

  /// One reading of the exchange.
  private func read(_ bills: BillRecord..., into book: inout BillBook) -> [BillBook.Gap] {
    for bill in bills { book.note(bill, at: bill.exchangeTime) }
    return book.finish()
  }

  @Test func theCursorStaysBehindWhatMayShowLate() {
    var book = BillBook()
    #expect(book.begin == nil && read(into: &book).isEmpty)
    _ = read(bill(5, "1", "1"), bill(9, "1", "2", after: 1_000), into: &book)
    #expect(book.cursor == nil && book.isOnRecord(9) && !book.isOnRecord(7))
    #expect(book.begin?.milliseconds == BillBookTests.start + 1_000 - BillBookTests.overlap)
    _ = read(bill(20, "1", "3", after: 1_000 + BillBookTests.overlap), into: &book)
    #expect(book.cursor?.id == 9 && book.isOnRecord(7), "too late")
    #expect(book.isOnRecord(20) && !book.isOnRecord(19))
  }

  @Test func wholeChainsOfSeveralCurrenciesAreNoGap() {
    var book = BillBook()
    for round in 0..<3 {
      #expect(
        read(
          bill(1, "-1", "10"), bill(2, "0.5", "0.50", "BTC"), bill(3, "0.25", "10.25"),
          // Told to more digits than the balance has.
          bill(4, "-0.250000000000001", "0.25", "BTC"), into: &book
        ).isEmpty, "\(round)")
    }
  }

  @Test func aGapIsToldInTheSecondReadingAndOnce() {
    var book = BillBook()
    let far = bill(1, "1", "100", after: -9 * BillBookTests.overlap)
    #expect(read(far, bill(5, "1", "103"), into: &book).isEmpty)
    #expect(book.cursor == nil, "the span is read again")
    #expect(
      book.begin?.milliseconds == far.exchangeTime.milliseconds - BillBookTests.overlap)
    let gaps = read(into: &book)
    #expect(gaps.map(\.bill) == [5] && gaps.map(\.before) == [1])
    #expect(gaps.map(\.counted.description) == ["101"] && gaps.map(\.stated.description) == ["103"])
    #expect(book.cursor?.id == 1)
    #expect(read(into: &book).isEmpty && read(bill(6, "1", "104"), into: &book).isEmpty)
    #expect(read(into: &book).isEmpty)
  }

  @Test func aBillThatShowsLateMendsTheChain() {
    var book = BillBook()
    #expect(read(bill(1, "1", "100"), bill(5, "1", "103"), into: &book).isEmpty)
    #expect(read(bill(3, "2", "102", after: -1), into: &book).isEmpty)
    #expect(read(into: &book).isEmpty)
  }

  @Test func absurdAmountsAreNoGap() {
    var book = BillBook()
    let most = String(Int128.max)
    for _ in 0..<3 {
      #expect(
        read(bill(1, "1", most), bill(2, most, most), bill(3, "0.00000001", most), into: &book)
          .isEmpty)
    }
  }
}
