// REST calls that need no signature; simulation.

import Market
import Matching
import Quantities

extension SimulatedExchange {
  func publicTime(_ request: RESTRequest) -> HTTPReply {
    RESTReply.rows(["{\"ts\":\"\(clock.wallMilliseconds())\"}"])
  }

  func instruments(_ request: RESTRequest) -> HTTPReply {
    let type = request.text("instType")
    let id = request.text("instId")
    let family = request.text("instFamily")
    if type.isEmpty {
      return RESTReply.refused("50014", "Parameter instType can not be empty")
    }
    if !["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"].contains(type) {
      return RESTReply.refused("51000", "Parameter instType error")
    }
    let rows = catalogue.list.filter {
      $0.isListed && $0.typeName == type && (id.isEmpty || $0.id == id)
        && (family.isEmpty || $0.family == family)
    }
    if rows.isEmpty && !id.isEmpty {
      return RESTReply.refused(
        "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
    }
    return RESTReply.rows(
      rows.map { specification -> [UInt8] in
        var row: [UInt8] = []
        specification.appendRow(to: &row)
        return row
      })
  }

  /// The instrument that `instId` names, or the refusal.
  func instrument(_ request: RESTRequest) -> Result<Int, RESTFault> {
    let id = request.text("instId")
    if id.isEmpty { return .failure(RESTFault("50014", "Parameter instId can not be empty")) }
    guard let index = catalogue.index(of: id) else {
      return .failure(
        RESTFault("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist."))
    }
    return .success(index)
  }

  static let restDepthMax = 400

  func marketBooks(_ request: RESTRequest) -> HTTPReply {
    switch instrument(request) {
    case .failure(let fault): return fault.reply
    case .success(let index):
      guard let depth = Int(request.query["sz"] ?? "1"), depth >= 1,
        depth <= SimulatedExchange.restDepthMax
      else { return RESTReply.refused("51000", "Parameter sz error") }
      let book = engine.books[index]
      let sides = [("asks", Side.sell), ("bids", Side.buy)].map { name, side in
        let levels = book.top(side, depth).map { level in
          "[\"\(book.specification.text(price: level.price))\","
            + "\"\(book.specification.text(quantity: level.quantity))\",\"0\",\"\(level.orders)\"]"
        }
        return "\"\(name)\":[\(levels.joined(separator: ","))]"
      }
      return RESTReply.rows([
        "{\(sides.joined(separator: ",")),\"ts\":\"\(book.exchangeTime)\",\"seqId\":\(book.seqId)}"
      ])
    }
  }
}

/// A refusal that is a value until it is a reply.
struct RESTFault: Error {
  let code: String
  let message: String

  init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  var reply: HTTPReply { RESTReply.refused(code, message) }
}
