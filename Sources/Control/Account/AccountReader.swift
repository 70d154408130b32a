// The REST questions start-up and reconciliation ask of the account, decoded; control plane.

import Foundation
import Quantities

/// Why the account cannot be traded.
public enum AccountError: Error, Sendable, CustomStringConvertible {
  case mode(String)
  case malformed(String)

  public var description: String {
    switch self {
    case .mode(let text): text
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
    let body = try await rest.getSigned(path, priority)
    do { return try JSONDecoder().decode(Envelope<Row>.self, from: body).data } catch {
      throw AccountError.malformed("\(path): \(error)")
    }
  }

  /// Refuses anything but `net_mode` in spot or futures mode (docs/OKX.md OKX-154).
  public func requireMode() async throws {
    struct Row: Decodable {
      var acctLv: String
      var posMode: String
    }
    guard let row = try await rows("/api/v5/account/config", of: Row.self, .reconcile).first else {
      throw AccountError.malformed("account/config is empty")
    }
    guard row.posMode == "net_mode" else {
      throw AccountError.mode("the account is in \(row.posMode): set net_mode at the exchange")
    }
    guard ["1", "2"].contains(row.acctLv) else {
      throw AccountError.mode(
        "account mode \(row.acctLv) is not supported: use spot (1) or futures (2) mode")
    }
  }
}
