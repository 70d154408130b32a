// The private session driven through logins, subscriptions, silences and everything that goes wrong.

import OKX
import Quantities
import Testing

@Suite struct PrivateSessionTests {
  @Test func loginThenSubscribeThenReady() {
    let shell = PrivateShell()
    #expect(!shell.isReady)
    shell.connect()
    #expect(shell.logins == 1 && shell.takeSent() == [])
    #expect(shell.receive(loggedIn).kind == .login)
    #expect(shell.takeSent() == [subscribeAll])
    #expect(!shell.receive(privateAck("orders")).becameReady)
    shell.receive(
      #"{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"a"}"#)
    #expect(!shell.receive(privateAck("account")).becameReady)
    #expect(!shell.isReady)
    #expect(shell.receive(privateAck("positions")).becameReady)
    #expect(shell.isReady && shell.counters.faults == 0)
    #expect(shell.counters.requests == 2)
    #expect(!shell.receive(privateAck("positions")).becameReady)
    #expect(shell.reconnects == [] && shell.counters.faults == 0)
  }

  /// A push may come before its acknowledgement, or the acknowledgement never.
  @Test func aPushProvesItsSubscription() {
    let shell = PrivateShell()
    shell.connect()
    shell.receive(loggedIn)
    shell.receive(ordersPush(orderItem()))
    shell.receive(privateAck("account"))
    let outcome = shell.receive(
      #"{"arg":{"channel":"positions","instType":"ANY"},"eventType":"snapshot","data":[]}"#)
    #expect(outcome.becameReady && shell.isReady)
    #expect(shell.events.map(\.kind) == [.order])
  }

  @Test func lostAcknowledgementsAreAskedForAgain() {
    let shell = PrivateShell()
    shell.connect()
    shell.receive(loggedIn)
    shell.receive(privateAck("account"))
    #expect(shell.takeSent() == [subscribeAll])
    shell.pass(seconds: 1.9)
    #expect(shell.takeSent() == [])
    shell.pass(seconds: 0.2)
    #expect(
      shell.takeSent() == [
        #"{"id":"s2","op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"positions","instType":"ANY"}]}"#
      ])
    shell.receive(privateAck("orders", id: "s2"))
    shell.receive(privateAck("positions", id: "s2"))
    #expect(shell.isReady && shell.counters.retries == 1)
  }

  @Test func subscribingIsGivenUpAfterFiveTries() {
    let shell = PrivateShell()
    shell.connect()
    shell.receive(loggedIn)
    for _ in 0..<40 {
      shell.receive("pong")
      shell.pass(seconds: 1)
    }
    #expect(shell.takeSent().count == 5)
    #expect(shell.reconnects == [.subscribeRefused] && !shell.isReady)
    shell.pass(seconds: 100)
    #expect(shell.takeSent() == [] && shell.reconnects == [.subscribeRefused])
  }

  @Test func aRefusedSubscriptionIsTriedAgain() {
    let shell = PrivateShell()
    shell.connect()
    shell.receive(loggedIn)
    _ = shell.takeSent()
    let outcome = shell.receive(
      #"{"event":"error","code":"60014","msg":"Requests too frequent","connId":"a","id":"s1"}"#)
    #expect(outcome.fault == .subscribeRefused && outcome.code == 60014)
    shell.pass(seconds: 1.1)
    #expect(shell.takeSent().count == 1 && shell.reconnects == [])
  }

  @Test(arguments: [
    #"{"event":"error","code":"60009","msg":"Login failed.","connId":"a"}"#,
    #"{"event":"error","code":"60032","msg":"API key doesn't exist","connId":"a"}"#,
    #"{"event":"login","code":"63999","msg":"x"}"#,
  ])
  func refusedLogins(text: String) {
    let shell = PrivateShell()
    shell.connect()
    let outcome = shell.receive(text)
    #expect(outcome.fault == .loginRefused && outcome.code > 60000)
    #expect(shell.reconnects == [.loginRefused] && !shell.isReady)
    shell.pass(seconds: 100)
    #expect(shell.takeSent() == [] && shell.reconnects.count == 1)
    shell.connect()
    #expect(shell.logins == 2)
  }

  @Test func aLoginWithoutAnswerIsGivenUp() {
    let shell = PrivateShell()
    shell.connect()
    shell.pass(seconds: 9.9)
    #expect(shell.reconnects == [])
    shell.pass(seconds: 0.2)
    #expect(shell.reconnects == [.loginRefused] && shell.faults(.loginRefused) == 1)
  }

  /// OKX closes at 30 s of silence: we speak before 20.
  @Test func silenceIsProbed() {
    let shell = PrivateShell()
    shell.start()
    shell.pass(seconds: 14.9)
    #expect(shell.takeSent() == [])
    shell.pass(seconds: 0.2)
    #expect(shell.takeSent() == ["ping"])
    #expect(shell.receive("pong").kind == .pong)
    shell.pass(seconds: 14)
    #expect(shell.takeSent() == [] && shell.isReady)
    for _ in 0..<10 {
      shell.receive(ordersPush())
      shell.pass(seconds: 14)
    }
    #expect(shell.takeSent() == [] && shell.counters.pings == 1 && shell.counters.pongs == 1)
  }

  @Test func aDeadConnectionIsGivenUp() {
    let shell = PrivateShell()
    shell.start()
    shell.pass(seconds: 22.9)
    #expect(shell.takeSent() == ["ping"] && shell.reconnects == [])
    shell.pass(seconds: 0.2)
    #expect(shell.reconnects == [.idle] && shell.faults(.idle) == 1 && !shell.isReady)
    shell.pass(seconds: 60)
    #expect(shell.takeSent() == [] && shell.reconnects == [.idle])
  }

  @Test func anAnnouncedEndKeepsTheSessionUntilItComes() {
    let shell = PrivateShell()
    shell.start()
    let notice =
      #"{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.","connId":"a"}"#
    #expect(shell.receive(notice).fault == .notice)
    #expect(shell.reconnects == [.notice] && shell.isReady)
    shell.receive(notice)
    #expect(shell.reconnects == [.notice])
    shell.pass(seconds: 15.1)
    #expect(shell.takeSent() == ["ping"])
    shell.receive("pong")
    shell.connect()
    #expect(!shell.isReady && shell.logins == 2)
    shell.receive(loggedIn)
    for channel in ["orders", "account", "positions"] {
      shell.receive(privateAck(channel, id: "s2"))
    }
    #expect(shell.isReady && shell.counters.connections == 2)
  }

  @Test(arguments: [
    (
      #"{"event":"channel-conn-count-error","channel":"orders","connCount":"30"}"#,
      FaultCode.connectionLimit
    ),
    (#"{"event":"unsubscribe","arg":{"channel":"orders","instType":"ANY"}}"#, .subscribeRefused),
    (#"{"event":"error","code":"60011","msg":"Please log in"}"#, .loginRefused),
  ])
  func losingASubscriptionEndsTheSession(text: String, fault: FaultCode) {
    let shell = PrivateShell()
    shell.start()
    #expect(shell.receive(text).fault == fault)
    #expect(shell.reconnects == [fault] && !shell.isReady)
  }

  @Test func anErrorOfAnOrderRequestLeavesTheSessionAlone() {
    let shell = PrivateShell()
    shell.start()
    let outcome = shell.receive(
      #"{"event":"error","code":"60012","msg":"Illegal request","id":"1512"}"#)
    #expect(outcome.fault == .requestRefused && outcome.eventCount == 1)
    #expect(shell.events.last?.kind == .requestError && shell.events.last?.request == 1512)
    #expect(shell.isReady && shell.reconnects == [] && shell.takeSent() == [])
  }

  @Test func faultsAreCountedAndHarmNothing() {
    let shell = PrivateShell()
    shell.start()
    for text in ["garbage", "{\"event\":\"huh\"}", ordersPush(orderItem(["px": "0.01"]))] {
      #expect(shell.receive(text).fault != .none)
    }
    #expect(shell.faults(.malformedJSON) == 1 && shell.faults(.unknownEvent) == 1)
    #expect(shell.faults(.offIncrement) == 1 && shell.counters.faults == 3)
    #expect(shell.isReady && shell.reconnects == [])
    shell.receive(ordersPush(orderItem(["instId": "NO-SUCH"])))
    #expect(shell.counters.unknownInstruments == 1 && shell.counters.faults == 3)
    #expect(shell.counters.orders == 1)
  }

  @Test func aDisconnectedSessionIsSilent() {
    let shell = PrivateShell()
    shell.start()
    shell.session.disconnected(fault: .connectionLost)
    #expect(!shell.isReady && shell.nextDeadline == .max)
    shell.pass(seconds: 1000)
    #expect(shell.takeSent() == [] && shell.reconnects == [] && shell.faults(.connectionLost) == 1)
    #expect(shell.receive(loggedIn).fault == .unmatchedReply)
    #expect(shell.receive(privateAck("orders")).fault == .unmatchedReply)
    #expect(!shell.isReady)
  }

  /// Random messages at random times: no trap, `poll` ends, and ready only with all three channels.
  @Test(arguments: 0..<10)
  func randomLives(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed) &+ 900)
    let texts = [
      loggedIn, privateAck("orders"), privateAck("account"), privateAck("positions"), "pong",
      "garbage",
      ordersPush(orderItem()), privateAck("fills"),
      #"{"event":"notice","code":"64008"}"#, #"{"event":"error","code":"60012","id":"s1"}"#,
      #"{"event":"error","code":"60012","id":"5"}"#, #"{"event":"channel-conn-count"}"#,
    ]
    let shell = PrivateShell()
    for _ in 0..<2000 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0: shell.connect()
      case 1: shell.session.disconnected(fault: .connectionLost)
      case 2, 3: shell.pass(seconds: Double.random(in: 0...10, using: &random))
      default: shell.receive(texts.randomElement(using: &random)!)
      }
      for text in shell.takeSent() {
        #expect(text == "ping" || text.hasPrefix("{\"id\":\"s"))
      }
    }
    shell.start()
    #expect(shell.isReady)
  }
}
