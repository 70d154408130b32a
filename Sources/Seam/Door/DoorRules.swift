// From a request to a command: each field checked against what the desk allows; the seam.

import Quantities

/// A request that was checked: instruments resolved (`.none`: the desk, or every one), fields in range.
public enum DoorCommand: Hashable, Sendable {
  case hello
  case ping
  case signal(DoorSignal, InstrumentID)
  case withdraw(SignalSource, InstrumentID, person: String)
  case stop(DoorStateRequest, InstrumentID)
  case rearm(DoorStateRequest, InstrumentID)
  case cancel(DoorCancel, InstrumentID)
  case flatten(DoorFlatten, InstrumentID)
  case limits(DoorLimits, InstrumentID)

  /// The wire's number of this kind of request.
  public var kind: UInt16 {
    let kind: DoorKind =
      switch self {
      case .hello: .hello
      case .ping: .ping
      case .signal: .signal
      case .withdraw: .withdraw
      case .stop: .stop
      case .rearm: .rearm
      case .cancel: .cancel
      case .flatten: .flatten
      case .limits: .limits
      }
    return kind.rawValue
  }

  /// The lease to publish for a `.signal`, and nil for anything else.
  ///
  /// - Parameters:
  ///   - midHalfTicks: the core's own bid + ask now, or 0; taken where the signal brings no reference.
  ///   - request: the number the journal gave this request.
  public func lease(issuedAt now: BootInstant, midHalfTicks: Int64, request: UInt64)
    -> SignalLease?
  {
    guard case .signal(let signal, let instrument) = self else { return nil }
    let life = Int64(signal.timeToLiveMilliseconds) * 1_000_000
    let (end, overflow) = now.nanoseconds.addingReportingOverflow(life)
    return SignalLease(
      instrument: instrument, source: signal.source, target: Quantity(lots: signal.target),
      urgency: signal.urgency, issuedAt: now,
      expiresAt: BootInstant(nanoseconds: overflow ? .max : end),
      referenceHalfTicks: signal.referenceHalfTicks > 0 ? signal.referenceHalfTicks : midHalfTicks,
      maximumDriftBasisPoints: signal.maximumDriftBasisPoints,
      confidencePermille: signal.confidencePermille,
      decision: DecisionID(rawValue: signal.decision),
      traceHigh: signal.traceHigh, traceLow: signal.traceLow, request: request)
  }
}

/// What the core lets through its door. The ceilings come from the core's own configuration; no request raises them.
public struct DoorRules: Sendable {
  let instruments: InstrumentTable
  /// Largest target either way per instrument, in lots: its position limit. 0: no signal is taken.
  let targetLotsMaximum: [Int64]
  /// What they count in.
  private let lotsAtStart: [Increment]

  public static var timeToLiveMillisecondsMin: UInt32 { 1_000 }
  public static var timeToLiveMillisecondsMax: UInt32 { 86_400_000 }
  public static var driftBasisPointsMax: UInt32 { 10_000 }
  public static var confidencePermilleMax: UInt16 { 1_000 }

  public init(instruments: InstrumentTable, targetLotsMaximum: [Int64]) {
    precondition(
      targetLotsMaximum.count == instruments.count, "Invariant: each instrument has its ceiling")
    self.instruments = instruments
    self.targetLotsMaximum = targetLotsMaximum
    lotsAtStart = (0..<instruments.count).map { instruments[InstrumentID(index: UInt16($0))].lot }
  }

  /// The command, or the code of the first field that refuses.
  public func command(for request: DoorRequest) throws(DoorCode) -> DoorCommand {
    switch request {
    case .hello: return .hello
    case .ping: return .ping
    case .signal(let signal): return try check(signal)
    case .withdraw(let withdrawal):
      if withdrawal.person.isEmpty { throw .missingPerson }
      return .withdraw(
        withdrawal.source, try find(withdrawal.instrument), person: withdrawal.person)
    case .stop(let asked):
      let scope = try find(asked.scope)
      try checkState(asked)
      return .stop(asked, scope)
    case .rearm(let asked):
      let scope = try find(asked.scope)
      try checkState(asked)
      return .rearm(asked, scope)
    case .cancel(let cancel):
      let scope = try find(cancel.scope)
      try checkNames(cancel.person, cancel.reason)
      return .cancel(cancel, scope)
    case .flatten(let flatten):
      let scope = try find(flatten.scope)
      try checkNames(flatten.person, flatten.reason)
      return .flatten(flatten, scope)
    case .limits(let limits): return try check(limits)
    }
  }

  private func find(_ symbol: Symbol) throws(DoorCode) -> InstrumentID {
    guard let id = instruments.find(symbol) else { throw .unknownInstrument }
    return id
  }

  private func find(_ scope: DoorScope) throws(DoorCode) -> InstrumentID {
    switch scope {
    case .desk: return .none
    case .instrument(let symbol): return try find(symbol)
    }
  }

  private func checkNames(_ person: String, _ reason: String) throws(DoorCode) {
    if person.isEmpty { throw .missingPerson }
    if reason.isEmpty { throw .missingReason }
  }

  /// Through the door only people and the supervisor ask; the other sources live in the core.
  private func checkState(_ asked: DoorStateRequest) throws(DoorCode) {
    if asked.source != .person && asked.source != .supervisor { throw .badSource }
    try checkNames(asked.person, asked.reason)
  }

  private func check(_ signal: DoorSignal) throws(DoorCode) -> DoorCommand {
    let id = try find(signal.instrument)
    if signal.source == .none { throw .badSource }
    if signal.person.isEmpty { throw .missingPerson }
    if !signal.units.isWellFormed { throw .badUnits }
    // What is shown and not traded has no ceiling: the Door says why it is not.
    if instruments[id].isTradable {
      // The same size in lots that the exchange may have made finer since.
      let most = targetLotsMaximum[Int(id.index)]
      if most <= 0 { throw .targetRange }
      let ceiling = (signal.units.lot ?? instruments[id].lot).count(
        most, of: lotsAtStart[Int(id.index)])
      if signal.target > ceiling || signal.target < 0 - ceiling { throw .targetRange }
    }
    if signal.timeToLiveMilliseconds < DoorRules.timeToLiveMillisecondsMin
      || signal.timeToLiveMilliseconds > DoorRules.timeToLiveMillisecondsMax
    {
      throw .timeToLiveRange
    }
    if signal.maximumDriftBasisPoints > DoorRules.driftBasisPointsMax { throw .driftRange }
    if signal.confidencePermille > DoorRules.confidencePermilleMax { throw .confidenceRange }
    if signal.referenceHalfTicks < 0 { throw .referenceRange }
    return .signal(signal, id)
  }

  private func check(_ limits: DoorLimits) throws(DoorCode) -> DoorCommand {
    let scope = try find(limits.scope)
    try checkNames(limits.person, limits.reason)
    if !limits.units.isWellFormed { throw .badUnits }
    let figures = InstrumentLimit.doorOrder.map { limits.asked[$0] }
    if figures.contains(where: { $0 < 0 }) { throw .limitRange }
    if limits.asked.orderNotionalMaximum.decimals > DecimalNumber.decimalsMax { throw .limitRange }
    if limits.asked.isAllowed && figures.allSatisfy({ $0 == 0 }) { throw .nothingAsked }
    return .limits(limits, scope)
  }
}
