// What the exchange says around the book, as a snapshot tells it: what is old is not told; control plane.
import Channels
import Foundation
import Quantities
import Roles
import State

extension SnapshotInput {
  /// Facts older than this are not known any more. The slowest channel speaks once a minute.
  static let contextMilliseconds: Int64 = 300_000
  /// A liquidation is an event: for how long it is worth telling.
  private static let liquidationMilliseconds: Int64 = 3_600_000

  func contextFacts(_ context: InstrumentContext?, exchange: ContextRecord?) -> ContextFacts? {
    var facts = ContextFacts()
    var oldest: Int64?
    func fresh(_ kind: ContextKind) -> ContextRecord? {
      guard let record = context?[kind] else { return nil }
      let age = max(0, now.since(record.receivedAt) / 1_000_000)
      if age > SnapshotInput.contextMilliseconds { return nil }
      oldest = max(oldest ?? 0, age)
      return record
    }
    if let record = fresh(.ticker) {
      facts.open24h = SnapshotInput.real(record[.second])
      facts.high24h = SnapshotInput.real(record[.third])
      facts.low24h = SnapshotInput.real(record[.fourth])
      facts.volume24h = SnapshotInput.real(record[.fifth])
    }
    if let record = fresh(.fundingRate) {
      facts.fundingRate = SnapshotInput.real(record[.first])
      // `fundingTime` is when the rate in force is paid.
      facts.nextFundingAt = record[.third].flatMap { Int64($0.description) }
    }
    if let record = fresh(.markPrice) { facts.markPrice = SnapshotInput.real(record[.first]) }
    if let record = fresh(.indexPrice) { facts.indexPrice = SnapshotInput.real(record[.first]) }
    if let record = fresh(.openInterest) {
      facts.openInterest = SnapshotInput.real(record[.first])
      facts.openInterestUsd = SnapshotInput.real(record[.third])
    }
    if let record = fresh(.priceLimit) {
      facts.buyLimit = SnapshotInput.real(record[.first])
      facts.sellLimit = SnapshotInput.real(record[.second])
    }
    facts.liquidation = liquidation(context)
    facts.status = status(exchange)
    facts.ageMilliseconds = oldest
    return facts == ContextFacts() ? nil : facts
  }

  private func liquidation(_ context: InstrumentContext?) -> LiquidationFacts? {
    guard let record = context?[.liquidation] else { return nil }
    let age = max(0, now.since(record.receivedAt) / 1_000_000)
    guard age <= SnapshotInput.liquidationMilliseconds,
      let price = SnapshotInput.real(record[.first]), let size = SnapshotInput.real(record[.second])
    else { return nil }
    return LiquidationFacts(
      price: price, size: size, side: record[.third]?.mantissa == 0 ? "buy" : "sell",
      ageMilliseconds: age)
  }

  /// `begin` and `end` are Unix milliseconds; what is over or called off is not told.
  private func status(_ record: ContextRecord?) -> String? {
    guard let record, let state = record[.third].flatMap({ Int64($0.description) }) else {
      return nil
    }
    let word: String
    switch state {
    case 1: word = "maintenance scheduled"
    case 2: word = "maintenance under way"
    case 3: word = "maintenance, orders may be placed before the open"
    default: return nil
    }
    let times = [("from", record[.first]), ("to", record[.second])].compactMap { name, number in
      number.map { "\(name) \($0.description)" }
    }
    return ([word] + times).joined(separator: " ")
  }

  private static func real(_ number: DecimalNumber?) -> Double? {
    guard let number, let value = Double(number.description), value.isFinite else { return nil }
    return value
  }
}
