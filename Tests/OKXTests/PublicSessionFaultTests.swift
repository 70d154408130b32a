// A public session when things go wrong: refused requests, lost lines, pending losses, budgets.

import OKX
import Quantities
import Testing

@Test func anErrorIsMatchedByItsRequest() throws {
  let shell = try Shell([line(.booksTbt), line(.trades), line(.trades, ether)])
  shell.connect()
  _ = shell.takeSent()
  // One of three is refused; who, the exchange does not say. Two acks come, the third line asks alone.
  shell.receive(Text.ack("subscribe", 1, "trades"))
  let outcome = shell.receive(#"{"id":"1","event":"error","code":"64003","msg":"tier"}"#)
  #expect(outcome.fault == .subscribeRefused && outcome.code == 64003)
  shell.receive(Text.ack("subscribe", 1, "trades", "ETH-USDT"))
  #expect(shell.takeSent() == [])
  shell.pass(seconds: 2.1)
  #expect(shell.takeSent() == [Text.request(2, "subscribe", [("books-l2-tbt", "BTC-USDT")])])
  let alone = shell.receive(#"{"id":"2","event":"error","code":"64003","msg":"tier"}"#)
  #expect(alone.instrument == bitcoin)
  // Refused for itself: asked again ever more rarely.
  var waits: [Int64] = []
  for _ in 0..<8 {
    let from = shell.now
    while shell.sent.isEmpty && shell.now < from + 200_000_000_000 {
      shell.receive("pong")
      shell.pass(seconds: 0.5)
    }
    waits.append((shell.now - from) / 1_000_000_000)
    let id = shell.takeSent().first!.split(separator: "\"")[3]
    shell.receive("{\"id\":\"\(id)\",\"event\":\"error\",\"code\":\"64003\",\"msg\":\"tier\"}")
  }
  #expect(waits == [2, 4, 8, 16, 32, 64, 64, 64])
  // An error that matches nothing is only counted.
  shell.receive(#"{"id":"999","event":"error","code":"60012","msg":"x"}"#)
  shell.receive(#"{"event":"error","code":"60012","msg":"x"}"#)
  #expect(shell.takeSent() == [])
  #expect(shell.faults(.subscribeRefused) == 12)
}

@Test func linesOfOneRefusedRequestAskAloneOneByOne() throws {
  let shell = try Shell([line(.books), line(.books, ether)])
  shell.connect()
  shell.receive(#"{"id":"1","event":"error","code":"60018","msg":"x"}"#)
  shell.pass(seconds: 2.1)
  #expect(
    shell.takeSent().dropFirst() == [
      Text.request(2, "subscribe", [("books", "BTC-USDT")]),
      Text.request(3, "subscribe", [("books", "ETH-USDT")]),
    ])
  shell.receive(Text.ack("subscribe", 2))
  shell.receive(Text.book(-1, 4))
  #expect(shell.isValid(bitcoin))
}

@Test func anUnsubscribeThatNobodyAskedForLosesTheLine() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeSent()
  _ = shell.takeCommitted()
  let outcome = shell.receive(Text.ack("unsubscribe", nil))
  #expect(outcome.fault == .subscribeRefused)
  #expect(shell.takeCommitted().map(\.kind) == [.invalid])
  #expect(shell.takeSent() == [Text.request(2, "subscribe", [("books", "BTC-USDT")])])
}

@Test func downstreamMayAskForASnapshot() throws {
  let shell = try Shell([line(.books), line(.trades, ether)])
  #expect(!shell.resync(ether, .crossedBook))
  #expect(shell.resync(bitcoin, .crossedBook))
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeSent()
  _ = shell.takeCommitted()
  #expect(shell.resync(bitcoin, .checksumMismatch))
  #expect(shell.nextDeadline == .zero)
  shell.poll()
  #expect(shell.takeCommitted().map(\.fault) == [.checksumMismatch])
  #expect(shell.takeSent() == [Text.request(2, "unsubscribe", [("books", "BTC-USDT")])])
  #expect(shell.receive(Text.book(10, 11)).byteCount == 0)
  #expect(shell.faults(.checksumMismatch) == 1)
}

/// A snapshot that comes unasked between the loss and `poll` is the book from there on: no `.invalid` follows
/// it, which nothing would ever take back.
@Test func aSnapshotTakesBackWhatWasStillToBeTold() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  shell.receive(Text.book(-1, 10))
  _ = shell.takeSent()
  _ = shell.takeCommitted()
  #expect(shell.resync(bitcoin, .crossedBook))
  shell.receive(Text.book(-1, 20))
  shell.poll()
  #expect(shell.takeCommitted().map(\.kind) == [.snapshot])
  shell.receive(Text.book(20, 21))
  #expect(shell.takeCommitted().map(\.kind) == [.update])
}

@Test func deadlinesSayWhenToWake() throws {
  let shell = try Shell([line(.books)])
  #expect(shell.nextDeadline == Instant(nanoseconds: .max))
  shell.connect()
  #expect(shell.nextDeadline.nanoseconds == shell.now + 2_000_000_000)
  shell.receive(Text.book(-1, 10))
  shell.pass(seconds: 2)
  #expect(shell.nextDeadline.nanoseconds == shell.now + 13_000_000_000)
}

@Test func aBookThatNeverHoldsIsFetchedEverMoreRarely() throws {
  let shell = try Shell([line(.books)])
  shell.connect()
  var requests = shell.takeSent()
  // An hour of a stream whose every update breaks the chain: 16 cycles at once, then ever rarer.
  let end = shell.now + 3_600_000_000_000
  var times: [Int64] = []
  while shell.now < end {
    for text in requests {
      times.append(shell.now)
      let id = Int(text.split(separator: "\"")[3])!
      if text.contains("unsubscribe") {
        shell.receive(Text.ack("unsubscribe", id))
      } else {
        shell.receive(Text.ack("subscribe", id))
        shell.receive(Text.book(-1, 10))
        shell.receive(Text.book(11, 12))
      }
    }
    requests = shell.takeSent().filter { $0 != "ping" }
    if requests.isEmpty {
      shell.receive("pong")
      shell.pass(seconds: 0.5)
    }
    requests += shell.takeSent().filter { $0 != "ping" }
  }
  #expect(times.count > 100 && times.count <= 480)
  let rush = times.prefix { $0 == times[0] }.count
  #expect(rush == 1 + 2 * 16)
}

@Test func theHoursRequestsAreNeverOverspent() throws {
  let instruments = table((0..<40).map { ("I\($0)-USDT", "1", "1") })
  var configuration = PublicSessionConfiguration()
  configuration.requestsPerHour = 20
  let shell = try Shell(
    (0..<40).map { line(.books, InstrumentID(index: UInt16($0))) }, instruments,
    configuration: configuration)
  var generator = SeededGenerator(seed: 5)
  shell.connect()
  var times: [Int64] = []
  for _ in 0..<4_000 {
    for text in shell.takeSent() where text != "ping" {
      times.append(shell.now)
      let parts = text.split(separator: "\"").map(String.init)
      for name in parts where name.hasSuffix("-USDT") {
        if text.contains("unsubscribe") {
          shell.receive(Text.ack("unsubscribe", Int(parts[3])!, "books", name))
        } else {
          shell.receive(Text.book(name, -1, 5))
        }
      }
    }
    if generator.next() % 3 == 0 {
      shell.receive(Text.book("I\(generator.next() % 40)-USDT", 8, 9))
    }
    shell.receive("pong")
    shell.pass(seconds: 2)
  }
  for (index, at) in times.enumerated() {
    #expect(times[index...].prefix { $0 < at + 3_600_000_000_000 }.count <= 20)
  }
  #expect(times.count > 30 && shell.counters.held > 0)
}
