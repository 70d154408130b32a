// The REST questions start-up and reconciliation ask of the account, decoded; control plane.

import Foundation
import Quantities

/// Why the account cannot be traded.
public enum AccountError: Error, Sendable, CustomStringConvertible {
  /// What `AccountSetup` found, each in a sentence.
  case setup([String])
  case malformed(String)

  public var description: String {
    switch self {
    case .setup(let texts): texts.joined(separator: "; ")
    case .malformed(let text): "the account's answer is not understood: \(text)"
    }
  }
}

/// Reads one account; every figure is exact or refused.
public struct AccountReader: Sendable {
  let rest: RESTClient
  let instruments: InstrumentTable

  public init(rest: RESTClient, instruments: InstrumentTable) {
    self.rest = rest
    self.instruments = instruments
  }

  /// By the exchange's clock.
  public var now: WallMilliseconds { rest.venueClock.now() }

  private struct Envelope<Row: Decodable>: Decodable { var data: [Row] }

  func rows<Row: Decodable>(
    _ path: String, of type: Row.Type, _ priority: RESTPriority = .figures
  ) async throws -> [Row] {
    try decoded(try await rest.getSigned(path, priority), path, of: type)
  }

  func decoded<Row: Decodable>(
    _ body: Data, _ path: String, of type: Row.Type
  ) throws(AccountError) -> [Row] {
    do { return try JSONDecoder().decode(Envelope<Row>.self, from: body).data } catch {
      throw AccountError.malformed("\(path): \(error)")
    }
  }
}
