// Fee rates as REST states them, by the group that an instrument belongs to; control plane.

import Foundation
import Quantities

/// A row of `account/trade-fee`. Rates by group took the place of the fields beside them, which stay for older answers.
private struct FeeRow: Decodable {
  struct Group: Decodable {
    var groupId: String
    var maker: String
    var taker: String
  }
  var feeGroup: [Group]?
  var maker, taker, makerU, takerU, makerUSDC, takerUSDC, ts: String?
}

extension AccountReader {
  /// What `instrument` costs this account (docs/OKX.md OKX-155, OKX-194). Limit: 5 in 2 s.
  public func feeRate(_ instrument: InstrumentID) async throws -> FeeRateRecord {
    let item = instruments[instrument]
    let name = item.symbol.description
    if item.type == .unknown || item.type == .margin {
      throw AccountError.malformed("\(name) is of no type that has fees")
    }
    let subject = item.type == .spot ? "instId=\(name)" : "instFamily=\(AccountReader.family(name))"
    let path = "/api/v5/account/trade-fee?instType=\(item.type.okxName)&\(subject)"
    guard let row = try await rows(path, of: FeeRow.self).first else {
      throw AccountError.malformed("account/trade-fee of \(name) is empty")
    }
    let texts = try await group(of: item, row).map { ($0.maker, $0.taker) } ?? older(row, item)
    guard let maker = DecimalNumber(texts.0), let taker = DecimalNumber(texts.1) else {
      throw AccountError.malformed("the fee rates of \(name) are not numbers")
    }
    return FeeRateRecord(
      instrument: instrument, maker: maker, taker: taker, exchangeTime: AccountReader.time(row.ts))
  }

  /// The instrument's group among those of the answer; nil where the answer has none.
  private func group(of item: Instrument, _ row: FeeRow) async throws -> FeeRow.Group? {
    struct Listed: Decodable { var groupId: String? }
    guard let groups = row.feeGroup, let first = groups.first else { return nil }
    if groups.count == 1 { return first }
    let path = "/api/v5/public/instruments?instType=\(item.type.okxName)&instId=\(item.symbol)"
    let listed = try decoded(try await rest.get(path), path, of: Listed.self).first
    guard let own = groups.first(where: { $0.groupId == listed?.groupId }) else {
      throw AccountError.malformed(
        "account/trade-fee has no group \(listed?.groupId ?? "") of \(item.symbol)")
    }
    return own
  }

  /// The fields of before the groups: contracts of USDT and USDC have rates beside the others'.
  private func older(_ row: FeeRow, _ item: Instrument) -> (String, String) {
    let settlement = item.type == .spot ? item.quote : item.settle
    let currency = instruments.currencyName(settlement).description
    func rate(_ special: String?, _ general: String?) -> String {
      if let special, !special.isEmpty { return special }
      return general ?? ""
    }
    let isTether = item.type != .spot && currency == "USDT"
    return currency == "USDC"
      ? (rate(row.makerUSDC, row.maker), rate(row.takerUSDC, row.taker))
      : (rate(isTether ? row.makerU : nil, row.maker), rate(isTether ? row.takerU : nil, row.taker))
  }

  /// `BTC-USDT` of `BTC-USDT-SWAP`: the family is the name's first two parts.
  private static func family(_ name: String) -> String {
    name.split(separator: "-").prefix(2).joined(separator: "-")
  }
}
