// The generated market keeps the invariants of a real one, and is the same for the same seed.

import Market
import Quantities
import Testing

@Test(arguments: [1, 7, 99] as [UInt64])
func generatedBooksKeepTheirInvariants(_ seed: UInt64) {
  var market = GeneratedMarket(instruments: 12, seed: seed)
  #expect(market.catalogue[0].id == "BTC-USDT" && market.catalogue[11].id == "SIM002-USDT")
  var books = market.catalogue.list.map { ExchangeBook($0) }
  var sizes: [Int] = []
  var trades = 0
  var due: Int64 = 0
  var lastTrade = [UInt64](repeating: 0, count: 12)
  var moved = 0
  let start = { (books: [ExchangeBook]) in books.map { $0.bestBid?.price } }
  var first: [Price?] = []
  for step in 0..<60_000 {
    guard let event = market.next() else {
      Issue.record("a generator never ends")
      return
    }
    #expect(event.due >= due)
    due = event.due
    let book = books[event.instrument]
    if let trade = event.trade {
      trades += 1
      let best = trade.side == .buy ? book.asks : book.bids
      // The print lies on a displayed level, within its size; the first of a taker at the touch.
      let hit = best.last { $0.price == trade.price }
      #expect((hit?.quantity.lots ?? 0) >= trade.quantity.lots && trade.quantity.lots > 0)
      #expect(best.suffix(3).contains { $0.price == trade.price })
      #expect(trade.id > lastTrade[event.instrument])
      lastTrade[event.instrument] = trade.id
      continue
    }
    #expect(event.prevSeqId == (event.kind == .snapshot ? -1 : book.seqId))
    #expect(event.kind == .snapshot || event.seqId > event.prevSeqId)
    books[event.instrument].apply(event)
    let after = books[event.instrument]
    #expect((after.bestBid?.price ?? .none) < (after.bestAsk?.price ?? .none))
    #expect(after.bids.count <= 400 && after.asks.count <= 400)
    #expect(after.bids.count >= 350 && after.asks.count >= 350)
    if event.kind == .update {
      sizes.append(event.bids.count + event.asks.count)
      #expect(zip(event.bids, event.bids.dropFirst()).allSatisfy { $0.price > $1.price })
      #expect(zip(event.asks, event.asks.dropFirst()).allSatisfy { $0.price < $1.price })
    }
    if step == 11 { first = start(books) }
  }
  for (before, book) in zip(first, books) where before != book.bestBid?.price { moved += 1 }
  sizes.sort()
  let median = sizes[sizes.count / 2]
  let high = sizes[sizes.count * 99 / 100]
  #expect((1...2).contains(median) && (9...15).contains(high), "p50 \(median), p99 \(high)")
  #expect(sizes.last! <= 40)
  #expect(trades > 1_000 && moved == 12)
  // Removals at the touch must not open the spread for good: makers come back.
  for book in books {
    guard let bid = book.bestBid?.price.ticks, let ask = book.bestAsk?.price.ticks else { continue }
    #expect(Double(ask - bid) <= max(80, Double(bid) * 0.001), "\(bid) \(ask)")
  }
  let rate = 60_000.0 / (Double(due) * 1e-9)
  #expect(rate > 1_000, "\(rate) messages a second")
}

@Test func oneSeedOneMarket() {
  var a = GeneratedMarket(instruments: 3, seed: 5, start: 1_000)
  var b = GeneratedMarket(instruments: 3, seed: 5, start: 1_000)
  var other = GeneratedMarket(instruments: 3, seed: 6, start: 1_000)
  var differs = false
  for _ in 0..<5_000 {
    let event = a.next()
    let same = b.next()
    let different = other.next()
    #expect(event == same)
    if event != different { differs = true }
  }
  #expect(differs)
}

@Test func anyNumberOfInstruments() {
  var market = GeneratedMarket(instruments: 300, seed: 1)
  #expect(market.catalogue.count == 300 && market.catalogue[299].id == "SIM290-USDT")
  var seen: Set<Int> = []
  for _ in 0..<6_000 { if let event = market.next() { seen.insert(event.instrument) } }
  #expect(seen.count == 300)
  #expect(GeneratedMarket(instruments: 0, seed: 1).catalogue.count == 1)
  #expect(
    market.catalogue.list.allSatisfy { $0.isTradable && $0.minimumLots == 1 },
    "minSz is the lot size")
}
