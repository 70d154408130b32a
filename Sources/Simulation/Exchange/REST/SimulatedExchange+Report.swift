// What a test or a demo asks of the exchange itself: `/sim/report`, `/sim/health`, `/sim/pause`, `/sim/faults`; simulation.

import Crypto
import Foundation
import Market
import Matching
import Quantities

extension SimulatedExchange {
  public func report() -> ExchangeReport {
    var instruments: [String: ExchangeReport.InstrumentReport] = [:]
    for index in 0..<catalogue.count {
      let position = engine.position(index)
      let digest = SHA256.hash(data: Data(engine.books[index].digestLines))
      instruments[catalogue[index].id] = .init(
        position: listed(position.position.lots, index),
        filled: position.filled / catalogue[index].lotUnits,
        digest: digest.map { byte in
          let text = String(byte, radix: 16)
          return text.count == 1 ? "0" + text : text
        }.joined(), seqId: engine.books[index].seqId)
    }
    var balances: [String: String] = [:]
    for balance in engine.balances {
      balances[balance.currency] = balance.cash.normalized.description
    }
    var injected: [String: Int] = [:]
    for (kind, count) in faults.injected { injected[kind.rawValue] = count }
    injected.merge(incidents.happened) { $0 + $1 }
    let equity = engine.equity()
    return ExchangeReport(
      instruments: instruments, balances: balances,
      totalEquity: equity.total.normalized.description,
      availableEquity: equity.available.normalized.description, faults: injected,
      playback: .init(done: market.isDone, sent: market.sent))
  }

  /// Lots as they are listed; a part of one behind the point.
  private func listed(_ lots: Int64, _ index: Int) -> String {
    let units = catalogue[index].lotUnits
    if lots % units == 0 { return String(lots / units) }
    return Amount(units: Int128(lots), decimals: 0)
      .divided(by: Amount(units: Int128(units), decimals: 0), places: 9)?.normalized.description
      ?? ""
  }

  /// The body is lines of a fault script: incidents, from now on.
  private func playIncidents(_ request: RESTRequest) -> HTTPReply {
    do throws(FaultScriptError) {
      try play(FaultScript(text: String(decoding: request.raw.body, as: UTF8.self)))
    } catch {
      return HTTPReply(
        status: HTTPReply.badRequest, body: "{\"error\":\(quoted(error.description))}")
    }
    return HTTPReply(body: "{\"faults\":\"played\"}")
  }

  func simulationReply(_ request: RESTRequest) -> HTTPReply {
    if request.path == "/sim/pause" && request.method == "POST" {
      pauseMarket()
      return HTTPReply(body: "{\"paused\":true}")
    }
    if request.path == "/sim/faults" && request.method == "POST" { return playIncidents(request) }
    if request.path == "/sim/status" && request.method == "POST" { return announceStatus(request) }
    if request.method != "GET" { return HTTPReply(status: HTTPReply.methodNotAllowed, body: "") }
    switch request.path {
    case "/sim/report":
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      guard let body = try? encoder.encode(report()) else {
        return HTTPReply(status: HTTPReply.internalServerError, body: "")
      }
      return HTTPReply(body: String(decoding: body, as: UTF8.self))
    case "/sim/health":
      let ids = catalogue.listed.map { quoted(catalogue[$0].id) }.joined(separator: ",")
      return HTTPReply(
        body: "{\"status\":\"ok\",\"market\":\"\(market.isRecording ? "recording" : "generated")\","
          + "\"instruments\":[\(ids)],\"connections\":\(sessions.count),"
          + "\"playback\":{\"started\":\(market.isStarted),\"done\":\(market.isDone),"
          + "\"sent\":\(market.sent)}}")
    default: return HTTPReply(status: HTTPReply.notFound, body: "")
    }
  }
}
