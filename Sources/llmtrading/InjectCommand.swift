// `llmtrading inject`: a person's signal through the Door, into the manual slot.
import ArgumentParser
import Door
import Foundation
import Operations
import Quantities

struct InjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inject",
    abstract: "Publish a manual signal: the position an instrument shall have, for a while.",
    discussion: """
      The lease goes into the manual slot, which wins over agents while it lives. When it has run out
      working orders are cancelled and the position is kept.
      """)

  @Option(help: "State folder of the core (holds the door).")
  var stateDir: String?
  @Option(help: "Instrument, such as BTC-USDT.")
  var instrument: String
  @Option(help: "Target position in lots, signed: the position itself, not a change of it.")
  var target: Int64
  @Option(help: "low: wait in the book; normal: cross late; high: cross now.")
  var urgency: UrgencyName = .normal
  @Option(help: "How long the signal lives, such as 20s, 5m or 2h.")
  var ttl = "20s"
  @Option(help: "Largest tolerated move of the price from now, in basis points; 0: none.")
  var maxDrift: UInt32 = 0
  @OptionGroup var units: UnitOptions

  enum UrgencyName: String, ExpressibleByArgument, CaseIterable {
    case low, normal, high
    var urgency: Urgency {
      switch self {
      case .low: .low
      case .normal: .normal
      case .high: .high
      }
    }
  }

  func run() throws {
    guard let symbol = Symbol(instrument) else {
      throw ValidationError("\(instrument) is no instrument id")
    }
    guard let milliseconds = InjectCommand.milliseconds(ttl) else {
      throw ValidationError("--ttl \(ttl): use a number with s, m or h, such as 20s")
    }
    let signal = DoorSignal(
      instrument: symbol, source: .manual, target: target, urgency: urgency.urgency,
      timeToLiveMilliseconds: milliseconds, maximumDriftBasisPoints: maxDrift,
      person: DoorKnock.person, units: try units.said())
    let reply = try DoorKnock.ask(.signal(signal), stateDir: stateDir)
    let more = reply.detail.hasPrefix("published") ? reply.detail.dropFirst(9) : ""
    print("\(instrument): target \(reply.first) lots for \(ttl)\(more)")
  }

  static func milliseconds(_ text: String) -> UInt32? {
    let units: [Character: UInt64] = ["s": 1_000, "m": 60_000, "h": 3_600_000]
    guard let last = text.last, let unit = units[last], let count = UInt64(text.dropLast()) else {
      return nil
    }
    let (product, overflowed) = count.multipliedReportingOverflow(by: unit)
    return overflowed ? nil : UInt32(exactly: product)
  }
}

/// The lot that figures count in, for a person who knows: the core asks for it once the exchange changed it.
struct UnitOptions: ParsableArguments {
  @Option(help: "The lot that lots are counted in here, such as 0.01; without it the instrument's.")
  var lot: String?
  @Option(help: "The contract value that this was decided at.")
  var contractValue: String?

  func said() throws -> DoorUnits {
    DoorUnits(
      lot: try number(lot, "--lot"), contractValue: try number(contractValue, "--contract-value"))
  }

  private func number(_ text: String?, _ name: String) throws -> Increment? {
    guard let text else { return nil }
    guard let number = DecimalNumber(text), number.mantissa > 0 else {
      throw ValidationError("\(name) \(text): use a positive decimal number, such as 0.01")
    }
    return number
  }
}

/// The core's no, as a person reads it; the command was right, so no usage follows and the status is 1.
struct DoorRefusal: Error, CustomStringConvertible {
  let description: String

  init(_ reply: DoorReply) {
    let detail = reply.detail.isEmpty ? "" : " (\(reply.detail))"
    description = "refused: \(reply.code.meaning)\(detail)"
  }
}
