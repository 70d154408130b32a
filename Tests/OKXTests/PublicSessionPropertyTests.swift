// A session against a misbehaving exchange: what is valid downstream is always true, and faults heal.

import OKX
import Quantities
import Testing

/// A little exchange with true books, which loses, repeats and reorders what it sends.
private struct Mischief {
  struct Book {
    var state: [Int64: Int64] = [:]
    var sequence: Int64 = 1_000_000
    var used: Set<Int64> = [1_000_000]
    var isSubscribed = false
  }
  var generator: SeededGenerator
  var books: [Book]
  /// Per instrument and sequence number the one true book.
  var truth: [[Int64: [Int64: Int64]]]
  var queue: [String] = []
  var isWell = false
  var connection = 0

  init(seed: UInt64, count: Int) {
    generator = SeededGenerator(seed: seed)
    books = Array(repeating: Book(), count: count)
    truth = Array(repeating: [1_000_000: [:]], count: count)
  }

  mutating func chance(_ one: UInt64) -> Bool { !isWell && generator.next() % one == 0 }

  mutating func push(_ text: String, isAck: Bool = false) {
    if chance(isAck ? 6 : 12) { return }
    queue.append(text)
    if !isAck && chance(12) { queue.append(text) }
    if queue.count > 1 && chance(10) {
      queue.swapAt(queue.count - 1, Int(generator.next() % UInt64(queue.count)))
    }
    // A changed digit would be a lie that no client can see (TLS does); a cut frame is one it can.
    if chance(30) {
      queue.append(String(text.prefix(Int(generator.next() % UInt64(text.count)))))
    }
  }

  func levels(_ state: [Int64: Int64]) -> String {
    state.sorted { $0.key > $1.key }.map { "[\"\($0.key)\",\"\($0.value)\",\"0\",\"1\"]" }
      .joined(separator: ",")
  }

  mutating func step(_ index: Int) {
    let name = "I\(index)-USDT"
    let previous = books[index].sequence
    if generator.next() % 10 == 0 {
      if books[index].isSubscribed { push(Text.book(name, previous, previous, bids: "")) }
      return
    }
    var next = previous
    while books[index].used.contains(next) {
      next =
        generator.next() % 20 == 0
        ? previous - Int64(generator.next() % 500) : previous + Int64(generator.next() % 9)
    }
    books[index].used.insert(next)
    books[index].sequence = next
    var changes: [Int64: Int64] = [:]
    for _ in 0...(generator.next() % 3) {
      changes[1 + Int64(generator.next() % 20)] = Int64(generator.next() % 5)
    }
    for (price, size) in changes {
      books[index].state[price] = size == 0 ? nil : size
    }
    truth[index][next] = books[index].state
    if books[index].isSubscribed {
      push(Text.book(name, previous, next, bids: levels(changes)))
    }
  }

  mutating func answer(_ text: String) {
    if text == "ping" {
      push("pong", isAck: true)
      return
    }
    if chance(10) { return }
    let parts = text.split(separator: "\"").map(String.init)
    let id = Int(parts[3])!
    for name in parts where name.hasSuffix("-USDT") {
      let index = Int(name.dropFirst().prefix { $0 != "-" })!
      if text.contains("\"unsubscribe\"") {
        books[index].isSubscribed = false
        push(Text.ack("unsubscribe", id, "books", name), isAck: true)
      } else {
        // A second subscribe is acknowledged and brings no snapshot (docs/OKX.md OKX-033).
        let isNew = !books[index].isSubscribed
        books[index].isSubscribed = true
        push(Text.ack("subscribe", id, "books", name), isAck: true)
        if isNew {
          push(Text.book(name, -1, books[index].sequence, bids: levels(books[index].state)))
        }
      }
    }
  }

  mutating func reconnect() {
    queue = []
    for index in books.indices { books[index].isSubscribed = false }
  }
}

/// Keeps the books that downstream would have, and holds each against the exchange's true ones.
private struct Downstream {
  let seed: UInt64
  var books: [[Int64: Int64]?]
  var checks = 0
  var invalidated = 0

  init(seed: UInt64, count: Int) {
    self.seed = seed
    books = Array(repeating: nil, count: count)
  }

  mutating func take(_ shell: Shell, _ exchange: Mischief) {
    for message in shell.takeCommitted() {
      let index = Int(message.instrument.index)
      switch message.kind {
      case .invalid:
        books[index] = nil
        invalidated += 1
      case .snapshot, .update, .reset, .heartbeat:
        if message.kind == .snapshot { books[index] = [:] }
        guard var book = books[index] else {
          Issue.record("an update into an invalid book")
          continue
        }
        for level in message.bids { book[level.ticks] = level.lots == 0 ? nil : level.lots }
        books[index] = book
        if exchange.truth[index][message.seqId] != book {
          Issue.record("seed \(seed): book \(index) at \(message.seqId) is not the true one")
        }
        checks += 1
      default: Issue.record("unexpected \(message.kind)")
      }
    }
    for index in books.indices {
      let id = InstrumentID(index: UInt16(index))
      if (books[index] != nil) != shell.isValid(id) { Issue.record("validity differs") }
    }
  }
}

@Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
func whatIsValidDownstreamIsTrueAndFaultsHeal(_ seed: UInt64) throws {
  let count = 4
  let instruments = table((0..<count).map { ("I\($0)-USDT", "1", "1") })
  var configuration = PublicSessionConfiguration()
  configuration.requestsPerHour = 1_000_000
  configuration.resyncsAtOnce = 200
  let shell = try Shell(
    (0..<count).map { line(.books, InstrumentID(index: UInt16($0))) }, instruments,
    configuration: configuration)
  var exchange = Mischief(seed: seed, count: count)
  var downstream = Downstream(seed: seed, count: count)

  shell.connect()
  for round in 0..<3_000 {
    exchange.isWell = round > 2_600
    exchange.step(Int(exchange.generator.next() % UInt64(count)))
    if exchange.chance(200) {
      shell.session.disconnected(now: shell.instant, fault: .connectionLost)
      exchange.reconnect()
      shell.poll()
      downstream.take(shell, exchange)
      shell.connect()
    }
    for text in shell.takeSent() { exchange.answer(text) }
    if !shell.reconnects.isEmpty {
      shell.reconnects = []
      exchange.reconnect()
      shell.session.disconnected(now: shell.instant, fault: .idle)
      shell.poll()
      shell.connect()
    }
    while !exchange.queue.isEmpty && exchange.generator.next() % 8 != 0 {
      shell.receive(exchange.queue.removeFirst())
      downstream.take(shell, exchange)
    }
    shell.pass(seconds: 0.05)
    downstream.take(shell, exchange)
  }
  #expect(downstream.checks > 400 && downstream.invalidated > 40)
  #expect(shell.isComplete)
  for index in downstream.books.indices {
    // What is still on its way is applied; then both sides agree.
    while !exchange.queue.isEmpty { shell.receive(exchange.queue.removeFirst()) }
    downstream.take(shell, exchange)
    #expect(downstream.books[index] == exchange.books[index].state)
  }
}
