// What may be asked of the core; the seam.

import Quantities

/// Where a request applies: the whole desk, or one instrument by its `instId`.
public enum DoorScope: Hashable, Sendable {
  case desk
  case instrument(Symbol)
}

/// A signal to publish as a lease. The core stamps issue time and, without a reference, its own mid.
public struct DoorSignal: Hashable, Sendable {
  public var instrument: Symbol
  /// `.manual`, `.agent` or `.scripted`: which slot it is for.
  public var source: SignalSource
  public var urgency: Urgency
  /// 0…1000.
  public var confidencePermille: UInt16
  /// Basis points; 0 for no drift limit.
  public var maximumDriftBasisPoints: UInt32
  public var timeToLiveMilliseconds: UInt32
  /// Absolute target position, signed lots.
  public var target: Int64
  /// Bid + ask in ticks of the book it was decided on; 0: the core takes its own at acceptance.
  public var referenceHalfTicks: Int64
  public var decision: UInt64
  public var traceHigh: UInt64
  public var traceLow: UInt64
  /// Who asked: a person's name, or an agent's.
  public var person: String
  /// What target and reference count in.
  public var units = DoorUnits()

  public init(
    instrument: Symbol, source: SignalSource, target: Int64, urgency: Urgency = .normal,
    timeToLiveMilliseconds: UInt32, maximumDriftBasisPoints: UInt32 = 0,
    confidencePermille: UInt16 = 1000, referenceHalfTicks: Int64 = 0, decision: UInt64 = 0,
    traceHigh: UInt64 = 0, traceLow: UInt64 = 0, person: String, units: DoorUnits = DoorUnits()
  ) {
    self.units = units
    self.instrument = instrument
    self.source = source
    self.urgency = urgency
    self.confidencePermille = confidencePermille
    self.maximumDriftBasisPoints = maximumDriftBasisPoints
    self.timeToLiveMilliseconds = timeToLiveMilliseconds
    self.target = target
    self.referenceHalfTicks = referenceHalfTicks
    self.decision = decision
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.person = person
  }
}

/// Empties a signal slot.
public struct DoorWithdrawal: Hashable, Sendable {
  public var instrument: Symbol
  public var source: SignalSource
  public var person: String
  public init(instrument: Symbol, source: SignalSource, person: String) {
    self.instrument = instrument
    self.source = source
    self.person = person
  }
}

/// Asks for a trading state in a source's name.
public struct DoorStateRequest: Hashable, Sendable {
  public var scope: DoorScope
  public var source: StopSource
  public var state: TradingState
  public var person: String
  public var reason: String
  public init(
    scope: DoorScope, source: StopSource, state: TradingState, person: String, reason: String
  ) {
    self.scope = scope
    self.source = source
    self.state = state
    self.person = person
    self.reason = reason
  }
}

/// Cancels working orders once.
public struct DoorCancel: Hashable, Sendable {
  public var scope: DoorScope
  public var person: String
  public var reason: String
  public init(scope: DoorScope, person: String, reason: String) {
    self.scope = scope
    self.person = person
    self.reason = reason
  }
}

/// A level-triggered request: kept until the position is flat, or withdrawn by `isOn` false.
public struct DoorFlatten: Hashable, Sendable {
  public var scope: DoorScope
  public var isOn: Bool
  public var person: String
  public var reason: String
  public init(scope: DoorScope, isOn: Bool, person: String, reason: String) {
    self.scope = scope
    self.isOn = isOn
    self.person = person
    self.reason = reason
  }
}

/// Makes limits stricter. None can be loosened here.
public struct DoorLimits: Hashable, Sendable {
  public var scope: DoorScope
  /// A figure that is 0 asks for no change, and `isAllowed` false takes the instrument off the allow-list.
  public var asked = InstrumentLimits.unchanged
  /// What limits in lots count in; of one instrument alone.
  public var units = DoorUnits()
  public var person: String
  public var reason: String
  public init(scope: DoorScope, person: String, reason: String) {
    self.scope = scope
    self.person = person
    self.reason = reason
  }
}

public enum DoorRequest: Hashable, Sendable {
  /// Who are you? Answered with the core's identity.
  case hello
  case ping
  case signal(DoorSignal)
  case withdraw(DoorWithdrawal)
  /// Tightens; refused with `needsRearm` where it would loosen.
  case stop(DoorStateRequest)
  /// Loosens; needs person and reason.
  case rearm(DoorStateRequest)
  case cancel(DoorCancel)
  case flatten(DoorFlatten)
  case limits(DoorLimits)

  /// A protective request is never turned away for want of a name: the peer's user stands in.
  func standingIn(user: UInt32) -> DoorRequest {
    func named(_ person: String) -> String { person.isEmpty ? "uid:\(user)" : person }
    switch self {
    case .stop(var asked):
      asked.person = named(asked.person)
      return .stop(asked)
    case .cancel(var asked):
      asked.person = named(asked.person)
      return .cancel(asked)
    case .flatten(var asked):
      asked.person = named(asked.person)
      return .flatten(asked)
    case .withdraw(var asked):
      asked.person = named(asked.person)
      return .withdraw(asked)
    case .hello, .ping, .signal, .rearm, .limits: return self
    }
  }

  /// Stop-like requests have a rate of their own, so that a flood of others cannot keep them out.
  public var isProtective: Bool {
    switch self {
    case .stop, .cancel, .flatten, .withdraw: true
    default: false
    }
  }
}

/// A frame's kind; numbers are the wire's.
enum DoorKind: UInt16, CaseIterable {
  case hello = 1
  case ping = 2
  case signal = 3
  case withdraw = 4
  case stop = 5
  case rearm = 6
  case cancel = 7
  case flatten = 8
  case limits = 9

  var bodyBytes: Int {
    let person = 2 + DoorLayout.personBytesMax
    let reason = 2 + DoorLayout.reasonBytesMax
    return switch self {
    case .hello, .ping: 0
    case .signal: 32 + 12 + 40 + person + DoorUnits.byteCount
    case .withdraw: 32 + 1 + person
    case .stop, .rearm: 32 + 2 + person + reason
    case .cancel: 32 + person + reason
    case .flatten: 32 + 1 + person + reason
    case .limits:
      32 + 2 + 8 * InstrumentLimit.doorOrder.count + person + reason + DoorUnits.byteCount
    }
  }

  /// Of a client that says no units, as builds before them did.
  var bodyBytesWithoutUnits: Int? {
    switch self {
    case .signal, .limits: bodyBytes - DoorUnits.byteCount
    default: nil
    }
  }
}
