// What the exchange states of the account and of the key that asks, held against what this desk needs; control plane.

import Foundation
import OKX
import Quantities

/// `account/config` as it was stated (docs/OKX.md OKX-154, OKX-157 to OKX-160); nil is *not stated*, never a default.
public struct AccountSetup: Sendable, Equatable {
  public var level: String
  public var positionMode: String
  public var feeType: String?
  /// Such as `read_only` and `trade`.
  public var permissions: [String]?
  /// Addresses that the key is bound to; empty: none.
  public var addresses: [String]?
  public var enablesSpotBorrow: Bool?
  public var borrowsByItself: Bool?

  package init(
    level: String, positionMode: String, feeType: String?, permissions: [String]?,
    addresses: [String]?, enablesSpotBorrow: Bool?, borrowsByItself: Bool?
  ) {
    self.level = level
    self.positionMode = positionMode
    self.feeType = feeType
    self.permissions = permissions
    self.addresses = addresses
    self.enablesSpotBorrow = enablesSpotBorrow
    self.borrowsByItself = borrowsByItself
  }
}

/// What this desk is about to do with the account.
public struct SetupRules: Sendable {
  public enum Money: Sendable { case simulated, demo, live }

  public var money: Money
  /// Instruments of the allow-list.
  public var traded: [Instrument]

  public init(money: Money, traded: [Instrument]) {
    self.money = money
    self.traded = traded
  }
}

/// One thing that a check found, in a sentence with the next step.
public struct SetupFinding: Sendable, Equatable {
  /// The desk stays `cancelOnly`; else it is a warning.
  public var refuses: Bool
  public var text: String
}

extension AccountSetup {
  /// Every rule that the account, the key or an instrument breaks.
  public func findings(_ rules: SetupRules) -> [SetupFinding] {
    modeFindings(rules) + keyFindings(rules) + moneyFindings(rules) + instrumentFindings(rules)
  }

  private func modeFindings(_ rules: SetupRules) -> [SetupFinding] {
    var found: [SetupFinding] = []
    if positionMode != "net_mode" {
      found.append(
        .refusal(
          "the account is in \(positionMode): set net_mode at the exchange, with no position and no order open"
        ))
    }
    if !["1", "2"].contains(level) {
      found.append(
        .refusal(
          "account mode \(level) is not supported: use spot (1) or futures (2) mode"))
    }
    let contracts = rules.traded.filter { $0.type != .spot }.map(\.symbol.description)
    if level == "1" && !contracts.isEmpty {
      found.append(
        .warning(
          "the account is in spot mode and \(contracts.joined(separator: ", ")) is no spot: take it off "
            + "risk.allow_list, or set futures mode at the exchange"))
    }
    return found
  }

  private func keyFindings(_ rules: SetupRules) -> [SetupFinding] {
    guard let permissions else {
      return [
        .warning("the exchange does not say what this key may do: look at its rights there")
      ]
    }
    var found: [SetupFinding] = []
    if !rules.traded.isEmpty && !permissions.contains("trade") {
      found.append(
        .refusal(
          "this key may not trade (it has \(permissions.joined(separator: ", "))): make one that may, or "
            + "empty risk.allow_list to watch alone"))
    }
    if permissions.contains("withdraw") {
      let text =
        "this key may withdraw, which no desk needs and a thief does: make one with reading and trading alone"
      found.append(rules.money == .live ? .refusal(text) : .warning(text))
    }
    // Keys of demo trading do not end.
    if rules.money == .live {
      if let addresses {
        if addresses.isEmpty && permissions.contains(where: { $0 != "read_only" }) {
          found.append(
            .warning(
              "this key is bound to no address: OKX ends it after 14 days without a login or a signed request, "
                + "and whoever has it may use it from anywhere: bind it to this machine's address"))
        }
      } else {
        found.append(.warning("the exchange does not say what addresses this key is bound to"))
      }
    }
    return found
  }

  private func moneyFindings(_ rules: SetupRules) -> [SetupFinding] {
    var found: [SetupFinding] = []
    if level == "1" {
      let text =
        "spot borrowing is enabled\(borrowsByItself == true ? " and automatic" : ""): an order may spend "
        + "borrowed money that no limit of this desk counts: switch it off in the exchange's trading settings"
      if enablesSpotBorrow == true {
        found.append(rules.money == .live ? .refusal(text) : .warning(text))
      } else if enablesSpotBorrow == nil {
        found.append(
          .warning("the exchange does not say whether spot borrowing is enabled: look there"))
      }
    } else if borrowsByItself == true {
      found.append(
        .warning("the account borrows by itself (autoLoan): switch it off at the exchange"))
    }
    let hasSpot = rules.traded.contains { $0.type == .spot }
    if hasSpot && !["0", "1"].contains(feeType ?? "") {
      found.append(
        .warning(
          "the exchange states the fee type \(feeType ?? "nowhere"): whether a spot buy pays in its base "
            + "currency (0) or in the quote's (1) is not known before the first fill says so"))
    }
    return found
  }

  private func instrumentFindings(_ rules: SetupRules) -> [SetupFinding] {
    rules.traded.filter { !$0.isTradable }.map { item in
      .warning(
        "\(item.symbol) is on risk.allow_list and cannot be traded: it is not live at the exchange, or its "
          + "contract value is not known; no order of it goes out until that changes"
      )
    }
  }

  /// What was found, for people: one line.
  public var summary: [(name: String, value: String)] {
    [
      ("level", level), ("position_mode", positionMode), ("fee_type", feeType ?? "not stated"),
      ("permissions", permissions?.joined(separator: ",") ?? "not stated"),
      ("addresses", addresses.map { "\($0.count)" } ?? "not stated"),
      ("spot_borrow", enablesSpotBorrow.map { "\($0)" } ?? "not stated"),
      ("auto_loan", borrowsByItself.map { "\($0)" } ?? "not stated"),
    ]
  }
}

extension SetupFinding {
  static func refusal(_ text: String) -> SetupFinding { SetupFinding(refuses: true, text: text) }
  static func warning(_ text: String) -> SetupFinding { SetupFinding(refuses: false, text: text) }
}

extension AccountReader {
  /// Limit: 5 in 2 s.
  public func setup() async throws -> AccountSetup {
    let rows = try await rows("/api/v5/account/config", of: SetupRow.self, .reconcile)
    guard let row = rows.first else { throw AccountError.malformed("account/config is empty") }
    return row.setup
  }
}

/// Fields that are new or of another type than documented are *not stated*; level and mode are not guessed.
private struct SetupRow: Decodable {
  var setup: AccountSetup

  enum Key: String, CodingKey {
    case acctLv, posMode, feeType, perm, ip, enableSpotBorrow, autoLoan
  }

  init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: Key.self)
    func text(_ key: Key) -> String? { try? row.decode(String.self, forKey: key) }
    func flag(_ key: Key) -> Bool? {
      (try? row.decode(Bool.self, forKey: key)) ?? text(key).flatMap { Bool($0) }
    }
    func list(_ key: Key) -> [String]? {
      text(key)?.split(separator: ",").map { OddRow.bounded(String($0)) }
    }
    setup = AccountSetup(
      level: OddRow.bounded(try row.decode(String.self, forKey: .acctLv)),
      positionMode: OddRow.bounded(try row.decode(String.self, forKey: .posMode)),
      feeType: text(.feeType).map { OddRow.bounded($0) }, permissions: list(.perm),
      addresses: list(.ip), enablesSpotBorrow: flag(.enableSpotBorrow),
      borrowsByItself: flag(.autoLoan))
  }
}
