// Book: streams of messages applied and read, the ladder against sorted arrays; indicators alone.

import Book
import OKX
import Quantities

/// Decoded messages one behind the other, kept until the process ends.
@safe
private struct Messages {
  // SAFETY: each pointer names a whole message written by `init`; nothing is freed or written later.
  let pointers: [UnsafePointer<MarketMessage>]
  let instruments: InstrumentTable
  var count: Int { unsafe pointers.count }

  init(_ frames: Frames) {
    instruments = frames.instruments
    let decoder = PublicDecoder(instruments: frames.instruments)
    let claim = UnsafeMutableRawBufferPointer.allocate(
      byteCount: MarketMessage.bytesMax, alignment: 64)
    defer { unsafe claim.deallocate() }
    var found: [UnsafePointer<MarketMessage>] = unsafe []
    for index in 0..<frames.count {
      let frame = unsafe decoder.decode(
        frames[index], receivedAt: Instant(nanoseconds: Int64(index) * 1_000_000),
        stamp: .zero, connection: 0, into: claim)
      precondition(frame.kind == .market, "Invariant: the material decodes")
      let copy = UnsafeMutableRawPointer.allocate(byteCount: frame.byteCount, alignment: 64)
      if let base = claim.baseAddress {
        unsafe copy.copyMemory(from: base, byteCount: frame.byteCount)
      }
      unsafe found.append(UnsafePointer(copy.assumingMemoryBound(to: MarketMessage.self)))
    }
    unsafe pointers = unsafe found
  }
}

public enum BookWork {
  public static var all: [Work] {
    [
      applied(LadderBook.self, "ladder", recorded, .snapshots, "recorded snapshots"),
      applied(LadderBook.self, "ladder", recorded, .updates, "recorded updates"),
      applied(LadderBook.self, "ladder", generated, .updates, "deep updates"),
      read(LadderBook.self, "ladder", generated), indicators(generated),
    ]
  }

  public static var pairs: [Pair] {
    [
      beside("book snapshots, recorded", recorded, .snapshots),
      beside("book snapshot, one deep book", generated, .snapshots),
      beside("book updates and best, recorded", recorded, .updates),
      beside("book updates and best, one deep book", generated, .updates),
      Pair(
        "top 25 of both sides, one deep book: ladder / sorted arrays",
        ours: read(LadderBook.self, "ladder", generated),
        peer: read(SortedBook.self, "sorted", generated)),
    ]
  }

  private static var recorded: Messages { Messages(.recorded) }
  private static var generated: Messages { Messages(.generated) }

  private enum Part { case snapshots, updates }

  private static func beside(_ name: String, _ messages: Messages, _ part: Part) -> Pair {
    Pair(
      "\(name): ladder / sorted arrays",
      ours: applied(LadderBook.self, "ladder", messages, part, name),
      peer: applied(SortedBook.self, "sorted arrays", messages, part, name))
  }

  /// Messages of one kind into their instruments' books, and the best of both sides after each. Updates
  /// start from the last snapshots, which are applied outside of the time.
  private static func applied<Book: OrderBook & ~Copyable>(
    _ type: Book.Type, _ kind: String, _ messages: Messages, _ part: Part, _ stream: String
  ) -> Work {
    let books = UnsafeMutablePointer<Book>.allocate(capacity: messages.instruments.count)
    let checksum = BookChecksum()
    for index in 0..<messages.instruments.count {
      let instrument = messages.instruments[InstrumentID(index: UInt16(index))]
      unsafe (books + index).initialize(to: Book(instrument: instrument, checksum: checksum))
    }
    let snapshots = unsafe messages.pointers.filter { unsafe $0.pointee.kind == .snapshot }
    let updates = unsafe messages.pointers.filter { unsafe $0.pointee.kind != .snapshot }
    let pointers = unsafe part == .snapshots ? snapshots : updates
    let count = unsafe pointers.count
    let prepare = {
      for index in 0..<(unsafe snapshots.count) {
        let at = unsafe Int(snapshots[index].pointee.instrument.index)
        _ = unsafe books[at].apply(snapshots[index])
      }
    }
    return Work("Book: \(kind), \(stream)", "message", count: count, prepare: prepare) {
      var sum: UInt64 = 0
      for index in 0..<count {
        let pointer = unsafe pointers[index]
        let at = unsafe Int(pointer.pointee.instrument.index)
        if unsafe books[at].apply(pointer) != .applied { return 0 }
        sum &+= 1
        if let bid = unsafe books[at].bestBid {
          sum &+= UInt64(bitPattern: bid.price.ticks &* 3 &+ bid.quantity.lots)
        }
        if let ask = unsafe books[at].bestAsk {
          sum &+= UInt64(bitPattern: ask.price.ticks &* 7 &+ ask.quantity.lots)
        }
      }
      return sum
    }
  }

  private static let reads = 1000
  private static let topLevels = 25

  /// Top levels of both sides of the book that the whole stream made.
  private static func read<Book: OrderBook & ~Copyable>(
    _ type: Book.Type, _ kind: String, _ messages: Messages
  ) -> Work {
    let book = UnsafeMutablePointer<Book>.allocate(capacity: 1)
    let instrument = messages.instruments[InstrumentID(index: 0)]
    unsafe book.initialize(to: Book(instrument: instrument, checksum: BookChecksum()))
    for index in 0..<messages.count { _ = unsafe book.pointee.apply(messages.pointers[index]) }
    let levels = UnsafeMutableBufferPointer<MarketLevel>.allocate(capacity: topLevels)
    unsafe levels.initialize(repeating: MarketLevel(price: .none, quantity: .zero))
    return Work("Book: \(kind), top \(topLevels) of both sides", "read", count: reads) {
      var sum: UInt64 = 0
      for _ in 0..<reads {
        var output = unsafe levels.mutableSpan
        for side in [Side.buy, .sell] {
          let count = unsafe book.pointee.top(side, into: &output)
          sum &+= UInt64(bitPattern: output[count - 1].price.ticks &+ output[0].quantity.lots)
        }
      }
      return sum
    }
  }

  /// The Builder's view: book, validity and every indicator after each message.
  private static func indicators(_ messages: Messages) -> Work {
    let instrument = messages.instruments[InstrumentID(index: 0)]
    let view = UnsafeMutablePointer<MarketView>.allocate(capacity: 1)
    unsafe view.initialize(to: MarketView(instrument: instrument, checksum: BookChecksum()))
    let pointers = unsafe messages.pointers
    return Work("Book: view and all indicators, deep stream", "message", count: messages.count) {
      var valued: UInt64 = 0
      for index in 0..<messages.count {
        let pointer = unsafe pointers[index]
        _ = unsafe view.pointee.apply(pointer)
        let values = unsafe view.pointee.indicators(at: pointer.pointee.receivedAt)
        if values.imbalance25 != nil { valued &+= 1 }
      }
      return valued
    }
  }
}
