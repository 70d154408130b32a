// Requests to bytes and back; the seam.

import Quantities

extension DoorRequest {
  var kind: DoorKind {
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
  }

  /// The whole frame. Texts longer than their room are cut.
  public func frame(id: UInt64) -> [UInt8] {
    var writer = DoorWriter()
    writer.put(DoorLayout.magic)
    writer.put(DoorLayout.version)
    writer.put(kind.rawValue)
    writer.put(UInt32(DoorLayout.headerBytes + kind.bodyBytes))
    writer.put(UInt32(0))
    writer.put(id)
    putBody(&writer)
    return writer.bytes
  }

  private func putBody(_ writer: inout DoorWriter) {
    switch self {
    case .hello, .ping: break
    case .signal(let signal):
      writer.put(symbol: signal.instrument)
      writer.put(signal.source.rawValue)
      writer.put(signal.urgency.rawValue)
      writer.put(signal.confidencePermille)
      writer.put(signal.maximumDriftBasisPoints)
      writer.put(signal.timeToLiveMilliseconds)
      writer.put(signal.target)
      writer.put(signal.referenceHalfTicks)
      writer.put(signal.decision)
      writer.put(signal.traceHigh)
      writer.put(signal.traceLow)
      writer.put(text: signal.person, room: DoorLayout.personBytesMax)
      signal.units.put(&writer)
    case .withdraw(let withdrawal):
      writer.put(symbol: withdrawal.instrument)
      writer.put(withdrawal.source.rawValue)
      writer.put(text: withdrawal.person, room: DoorLayout.personBytesMax)
    case .stop(let asked), .rearm(let asked):
      writer.put(scope: asked.scope)
      writer.put(asked.source.rawValue)
      writer.put(asked.state.rawValue)
      writer.put(person: asked.person, reason: asked.reason)
    case .cancel(let cancel):
      writer.put(scope: cancel.scope)
      writer.put(person: cancel.person, reason: cancel.reason)
    case .flatten(let flatten):
      writer.put(scope: flatten.scope)
      writer.put(flatten.isOn ? UInt8(1) : 0)
      writer.put(person: flatten.person, reason: flatten.reason)
    case .limits(let limits):
      writer.put(scope: limits.scope)
      writer.put(limits.asked.isAllowed ? UInt8(0) : 1)
      writer.put(limits.asked.orderNotionalMaximum.decimals)
      for limit in InstrumentLimit.doorOrder { writer.put(limits.asked[limit]) }
      writer.put(person: limits.person, reason: limits.reason)
      limits.units.put(&writer)
    }
  }

  /// Decodes a whole frame that `DoorHeader` accepted. Every field is checked for its form here; what the
  /// desk allows is `DoorRules`' business.
  static func decode(_ kind: DoorKind, body: ArraySlice<UInt8>) throws(DoorCode) -> DoorRequest {
    if body.count != kind.bodyBytes && body.count != kind.bodyBytesWithoutUnits { throw .malformed }
    let saysUnits = body.count == kind.bodyBytes
    var reader = DoorReader(body)
    let request: DoorRequest
    switch kind {
    case .hello: request = .hello
    case .ping: request = .ping
    case .signal:
      var signal = try signal(&reader)
      if saysUnits { signal.units = .read(&reader) }
      request = .signal(signal)
    case .withdraw:
      let instrument = try reader.symbol()
      let source = try reader.source()
      request = .withdraw(
        DoorWithdrawal(
          instrument: instrument, source: source,
          person: reader.text(room: DoorLayout.personBytesMax)))
    case .stop: request = .stop(try stateRequest(&reader))
    case .rearm: request = .rearm(try stateRequest(&reader))
    case .cancel:
      let scope = try reader.scope()
      request = .cancel(DoorCancel(scope: scope, person: reader.person(), reason: reader.reason()))
    case .flatten:
      let scope = try reader.scope()
      let isOn = try reader.flag()
      request = .flatten(
        DoorFlatten(scope: scope, isOn: isOn, person: reader.person(), reason: reader.reason()))
    case .limits:
      var limits = try limits(&reader)
      if saysUnits { limits.units = .read(&reader) }
      request = .limits(limits)
    }
    if reader.isTextBad { throw .badText }
    if reader.isShort || reader.left != 0 { throw .malformed }
    return request
  }

  private static func signal(_ reader: inout DoorReader) throws(DoorCode) -> DoorSignal {
    let instrument = try reader.symbol()
    let source = try reader.source()
    guard let urgency = Urgency(rawValue: reader.get(UInt8.self)) else { throw .badUrgency }
    let confidence = reader.get(UInt16.self)
    let drift = reader.get(UInt32.self)
    let life = reader.get(UInt32.self)
    let target = reader.get(Int64.self)
    let reference = reader.get(Int64.self)
    let decision = reader.get(UInt64.self)
    let high = reader.get(UInt64.self)
    let low = reader.get(UInt64.self)
    return DoorSignal(
      instrument: instrument, source: source, target: target, urgency: urgency,
      timeToLiveMilliseconds: life, maximumDriftBasisPoints: drift,
      confidencePermille: confidence, referenceHalfTicks: reference, decision: decision,
      traceHigh: high, traceLow: low, person: reader.person())
  }

  private static func stateRequest(_ reader: inout DoorReader) throws(DoorCode)
    -> DoorStateRequest
  {
    let scope = try reader.scope()
    guard let source = StopSource(rawValue: reader.get(UInt8.self)) else { throw .badSource }
    guard let state = TradingState(rawValue: reader.get(UInt8.self)) else { throw .badState }
    return DoorStateRequest(
      scope: scope, source: source, state: state, person: reader.person(),
      reason: reader.reason())
  }

  private static func limits(_ reader: inout DoorReader) throws(DoorCode) -> DoorLimits {
    let scope = try reader.scope()
    var limits = DoorLimits(scope: scope, person: "", reason: "")
    limits.asked.isAllowed = try !reader.flag()
    limits.asked.orderNotionalMaximum.decimals = reader.get(UInt8.self)
    for limit in InstrumentLimit.doorOrder { limits.asked[limit] = reader.get(Int64.self) }
    limits.person = reader.person()
    limits.reason = reader.reason()
    return limits
  }
}

extension DoorWriter {
  mutating func put(symbol: Symbol) {
    var index = 0
    while index < Symbol.bytesMax {
      bytes.append(symbol.byte(at: index))
      index += 1
    }
  }
  mutating func put(scope: DoorScope) {
    switch scope {
    case .desk: put(symbol: Symbol())
    case .instrument(let symbol): put(symbol: symbol)
    }
  }
  mutating func put(person: String, reason: String) {
    put(text: person, room: DoorLayout.personBytesMax)
    put(text: reason, room: DoorLayout.reasonBytesMax)
  }
}

extension DoorReader {
  /// Printable ASCII, then zeros alone; nil when all is zero.
  mutating func symbolOrDesk() throws(DoorCode) -> Symbol? {
    let raw = raw(Symbol.bytesMax)
    if isShort { throw .malformed }
    let text = raw.prefix { $0 != 0 }
    if raw.dropFirst(text.count).contains(where: { $0 != 0 }) { throw .malformed }
    if text.isEmpty { return nil }
    let bytes = Array(text)
    guard let symbol = Symbol(bytes.span) else { throw .malformed }
    return symbol
  }
  mutating func symbol() throws(DoorCode) -> Symbol {
    guard let symbol = try symbolOrDesk() else { throw .unknownInstrument }
    return symbol
  }
  mutating func scope() throws(DoorCode) -> DoorScope {
    guard let symbol = try symbolOrDesk() else { return .desk }
    return .instrument(symbol)
  }
  mutating func source() throws(DoorCode) -> SignalSource {
    guard let source = SignalSource(rawValue: get(UInt8.self)), source != .none else {
      throw .badSource
    }
    return source
  }
  mutating func flag() throws(DoorCode) -> Bool {
    let byte = get(UInt8.self)
    if byte > 1 { throw .malformed }
    return byte == 1
  }
  mutating func person() -> String { text(room: DoorLayout.personBytesMax) }
  mutating func reason() -> String { text(room: DoorLayout.reasonBytesMax) }
}
