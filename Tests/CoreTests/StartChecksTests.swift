// What start-up makes of the account's own words, and of a proxy's password in a file.

import Account
import Core
import Foundation
import Journal
import Logging
import Operations
import Quantities
import Testing

@Suite(.serialized) struct StartChecksTests {
  private let config =
    #"{"code":"0","msg":"","data":[{"acctLv":"2","posMode":"net_mode","feeType":"0","ip":"","#
    + #""perm":"read_only,trade,withdraw","enableSpotBorrow":false,"autoLoan":false}]}"#

  /// What start-up said of an exchange that states `config`, and whether the desk went active.
  private func start(_ money: SetupRules.Money) async throws -> (isReady: Bool, log: LogBook) {
    let log = LogBook()
    var isReady = false
    try await BusyExchange.run { exchange in
      try await exchange.say(.init(status: 200, body: config, path: "/api/v5/account/config"))
      let desk = try TestDesk()
      let sender = try SenderSide()
      var reconciler = Reconciler(
        rest: exchange.rest, instruments: exchange.table, port: sender.port,
        memory: JournalMemory(), changes: InstrumentMailbox(), telemetry: desk.account,
        log: log.logger)
      let traded = [exchange.table[try exchange.id("BTC-USDT")]]
      reconciler.rules = SetupRules(money: money, traded: traded)
      let ready = Counted()
      let ended = Counted()
      sender.open()
      let task = Task { [reconciler] in
        await reconciler.run { ready.add() }
        ended.add()
      }
      #expect(
        try await eventually {
          sender.hear()
          return ready.count == 1 || ended.count == 1
        })
      isReady = ready.count == 1
      task.cancel()
      await task.value
    }
    return (isReady, log)
  }

  @Test func aKeyThatMayWithdrawKeepsALiveDeskFromGoingActive() async throws {
    let (isReady, log) = try await start(.live)
    #expect(!isReady)
    let refusals = log.lines(.critical)
    #expect(refusals.count == 1 && refusals[0].contains("start-up refuses"), "\(refusals)")
    #expect(refusals[0].contains("this key may withdraw"), "\(refusals)")
    let stated = log.lines(.notice).filter { $0.contains("as the exchange states it") }
    #expect(stated.count == 1 && stated[0].contains("withdraw"), "told once: \(stated)")
    #expect(log.lines(.warning).contains { $0.contains("14 days") }, "beside what refuses")
  }

  @Test func theSameKeyIsAWarningInDemo() async throws {
    let (isReady, log) = try await start(.demo)
    #expect(isReady && log.lines(.critical).isEmpty)
    #expect(log.lines(.warning).count { $0.contains("this key may withdraw") } == 1)
    #expect(!log.lines(.warning).contains { $0.contains("14 days") })
  }

  @Test func aProxysPasswordIsReadAsOtherSecretsAreAndNeverLogged() throws {
    let file = NSTemporaryDirectory() + "proxy-password-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(
      FileManager.default.createFile(
        atPath: file, contents: Data("correct horse\n".utf8),
        attributes: [.posixPermissions: 0o644]))
    var configuration = Configuration()
    #expect(try configuration.proxyEndpoint() == nil)
    configuration.network.proxy = "socks5h://desk@proxy.example:1080"
    configuration.network.proxyPasswordFile = file
    #expect(throws: OperationsError.self, "anybody may read it") {
      try configuration.proxyEndpoint()
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let proxy = try #require(try configuration.proxyEndpoint())
    #expect(proxy.password == "correct horse" && proxy.user == "desk")
    let lines = LogBook()
    let handler = LogLineHandler(
      label: "Core", configuration: configuration.log, environment: .demo,
      sink: LogSink { line in lines.logger.info("\(line)") })
    Logger(label: "Core") { _ in handler }.error("said correct horse aloud")
    #expect(lines.lines(.info).count == 1)
    #expect(!lines.lines(.info)[0].contains("correct horse"), "\(lines.lines(.info))")
    #expect(!configuration.yaml.contains("horse"))
  }
}
