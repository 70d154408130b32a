// `llmtrading stop`, `rearm`, `cancel`, `flatten`, `limits`: a person at the core's Door; control plane.
import ArgumentParser
import Door
import Foundation
import Operations
import Quantities

/// What every request of a person carries.
struct DeskOptions: ParsableArguments {
  @Option(help: "State folder of the core (holds the door).")
  var stateDir: String?
  @Option(help: "Instrument, such as BTC-USDT; without it the whole desk.")
  var instrument: String?
  @Option(help: "Why; it goes on record. A rearm must name one.")
  var reason = "by hand"

  var person: String { DoorKnock.person }

  func scope() throws -> DoorScope {
    guard let instrument else { return .desk }
    guard let symbol = Symbol(instrument) else {
      throw ValidationError("\(instrument) is no instrument id")
    }
    return .instrument(symbol)
  }

  func send(_ request: DoorRequest) throws {
    let reply = try DoorKnock.ask(request, stateDir: stateDir)
    print("\(instrument ?? "desk"): \(reply.detail)")
  }
}

struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop trading: reduceOnly, cancelOnly or halted; at once, and across restarts.",
    discussion: """
      reduceOnly lets orders out that shrink the position. cancelOnly cancels all working orders and
      lets none out. halted cancels once and then touches only orders found live. Tightening is always
      allowed; `llmtrading rearm` loosens. `kill -USR1 PID` of the core halts it as well.
      """)

  enum Name: String, ExpressibleByArgument, CaseIterable { case reduceOnly, cancelOnly, halted }

  @OptionGroup var desk: DeskOptions
  @Option(help: "reduceOnly, cancelOnly or halted.")
  var state: Name = .cancelOnly

  func run() throws {
    let asked: TradingState =
      switch state {
      case .reduceOnly: .reduceOnly
      case .cancelOnly: .cancelOnly
      case .halted: .halted
      }
    try desk.send(
      .stop(
        DoorStateRequest(
          scope: try desk.scope(), source: .person, state: asked, person: desk.person,
          reason: desk.reason)))
  }
}

struct RearmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rearm",
    abstract: "Take a stop back. Other sources' stops stay, so the desk may still not trade.")

  @OptionGroup var desk: DeskOptions

  func run() throws {
    if desk.reason == "by hand" { throw ValidationError("--reason is needed to loosen a stop") }
    try desk.send(
      .rearm(
        DoorStateRequest(
          scope: try desk.scope(), source: .person, state: .active, person: desk.person,
          reason: desk.reason)))
  }
}

struct CancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel working orders once; the strategy goes on.")

  @OptionGroup var desk: DeskOptions

  func run() throws {
    try desk.send(
      .cancel(DoorCancel(scope: try desk.scope(), person: desk.person, reason: desk.reason)))
  }
}

struct FlattenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flatten",
    abstract: "Take the position to zero by collared orders, and stay reduceOnly afterwards.",
    discussion: """
      The request holds until the position is flat, across restarts. It sets reduceOnly, which
      `llmtrading rearm` takes back. --off withdraws the request and leaves reduceOnly. A stop of a
      person's that was there before lets reducing orders out until it is flat, and then holds as
      before; one that comes later takes the request back. Other sources' stops hold it: the answer
      names them.
      """)

  @OptionGroup var desk: DeskOptions
  @Flag(help: "Withdraw the request.")
  var off = false

  func run() throws {
    try desk.send(
      .flatten(
        DoorFlatten(
          scope: try desk.scope(), isOn: !off, person: desk.person, reason: desk.reason)))
  }
}

struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract: "Make limits stricter until the core's next start; none can be loosened.",
    discussion: "To loosen a limit, change the core's configuration file and start it again.")

  @OptionGroup var desk: DeskOptions
  @Option(help: "Largest single order, in lots.")
  var orderLots: Int64 = 0
  @Option(help: "Largest position either way, in lots.")
  var positionLots: Int64 = 0
  @Option(help: "Most open orders.")
  var openOrders: Int64 = 0
  @Option(help: "Price collar, in basis points.")
  var collar: Int64 = 0
  @Option(help: "Most orders in the configured window.")
  var ordersPerWindow: Int64 = 0
  @Flag(help: "Take the instrument off the allow-list.")
  var disallow = false
  @OptionGroup var units: UnitOptions

  func run() throws {
    var limits = DoorLimits(scope: try desk.scope(), person: desk.person, reason: desk.reason)
    limits.asked.isAllowed = !disallow
    limits.asked.orderLotsMaximum = orderLots
    limits.asked.positionLotsMaximum = positionLots
    limits.asked.openOrdersMaximum = openOrders
    limits.asked.collarBasisPoints = collar
    limits.asked.ordersPerWindow = ordersPerWindow
    limits.units = try units.said()
    try desk.send(.limits(limits))
  }
}
