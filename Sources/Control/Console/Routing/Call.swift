// One request on its way to a handler: who asks, with which parameters and body; control plane.
import Foundation
import HTTPTypes
import Hummingbird

/// Who a request comes from, as the console could prove it.
struct Caller: Sendable, Hashable {
  var rights: ConsoleRights
  /// Goes on record with what he does.
  var person: String
}

struct Call: Sendable {
  let request: Request
  let context: ConsoleContext
  let services: ConsoleServices
  let route: Route
  /// Decoded.
  let parameters: [String: String]
  let query: QueryItems
  /// Of an open route: nobody.
  let caller: Caller?
  /// Unix seconds.
  let now: Int64

  /// A path parameter of the route's own pattern.
  func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// A path parameter that is a positive number; anything else names nothing.
  func id(_ name: String) throws(Problem) -> Int64 {
    guard let value = Int64(parameter(name)), value > 0, String(value) == parameter(name) else {
      throw .unknown("`\(name)` is a positive whole number")
    }
    return value
  }

  /// The body as JSON of exactly this type.
  func body<Value: Decodable>(_ type: Value.Type) async throws -> Value {
    try Call.decode(type, try await bytes())
  }

  /// The same, where a request without any body stands for nil.
  func bodyIfAny<Value: Decodable>(_ type: Value.Type) async throws -> Value? {
    let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    if length == 0 && request.headers[.transferEncoding] == nil { return nil }
    return try Call.decode(type, try await bytes())
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw Problem.json(error.sentence)
    }
  }

  /// The body, at most as long as the route allows.
  func bytes() async throws -> Data {
    let media = request.headers[.contentType]?.split(separator: ";").first?
      .trimmingCharacters(in: .whitespaces).lowercased()
    if media != "application/json" { throw Problem.contentType }
    let bytesMax = route.bodyBytesMax
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bytesMax {
      throw Problem.body(bytesMax: bytesMax)
    }
    var data = Data()
    for try await piece in request.body {
      if data.count + piece.readableBytes > bytesMax { throw Problem.body(bytesMax: bytesMax) }
      data.append(contentsOf: piece.readableBytesView)
    }
    return data
  }
}
