// A REST request taken apart: path, query, body; simulation.

import Foundation

struct RESTRequest {
  let method: String
  let path: String
  let query: [String: String]
  let raw: HTTPRequest

  init(_ raw: HTTPRequest) {
    self.raw = raw
    method = raw.method
    let parts = raw.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0])
    var query: [String: String] = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = sides.count > 1 ? String(sides[1]) : ""
      query[String(sides[0])] = value.removingPercentEncoding ?? value
    }
    self.query = query
  }

  func text(_ name: String) -> String { query[name] ?? "" }

  /// The first value of a list, blanks around it left out; empty without the header.
  func header(_ name: String) -> String {
    let value = raw.header(name)?.split(separator: ",", omittingEmptySubsequences: false).first
    return value?.trimmingCharacters(in: .whitespaces) ?? ""
  }
}

/// The envelope `{"code":…,"msg":…,"data":[…]}`.
enum RESTReply {
  static func rows(_ rows: [String]) -> HTTPReply {
    HTTPReply(body: "{\"code\":\"0\",\"msg\":\"\",\"data\":[\(rows.joined(separator: ","))]}")
  }

  static func rows(_ rows: [[UInt8]]) -> HTTPReply {
    self.rows(rows.map { String(decoding: $0, as: UTF8.self) })
  }

  /// The HTTP status that OKX's code table gives a code (docs/OKX.md OKX-171); 200 for the rest.
  static func status(of code: String) -> Int {
    switch code {
    case "50004", "50014", "51000", "51406", "51501": HTTPReply.badRequest
    case "50011", "50013", "51113", "51115": HTTPReply.tooManyRequests
    case "50026", "51054", "51149": HTTPReply.internalServerError
    case "50001": HTTPReply.unavailable
    default: HTTPReply.ok
    }
  }

  static func refused(_ code: String, _ message: String, status: Int? = nil) -> HTTPReply {
    HTTPReply(
      status: status ?? self.status(of: code),
      body: "{\"code\":\"\(code)\",\"msg\":\(quoted(message)),\"data\":[]}")
  }
}
