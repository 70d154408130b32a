// Runs a fault script: counts messages and says what befalls each; simulation.

/// What happens to the pushes of one event.
public struct FaultPlan: Sendable, Equatable {
  public var isDropped = false
  public var isDuplicated = false
  public var isHeldBack = false
  public var isFollowedByHeartbeat = false
  public var isFollowedByGarbage = false
  /// The server closes the connections that follow the instrument, after sending.
  public var isFollowedByDisconnect = false
  public static let none = FaultPlan()
  public init() {}
}

/// Call `plan` for every event in order, before the engine applies it, and give the plan to the publisher.
public struct FaultInjector: Sendable {
  /// Kind to times injected.
  public private(set) var injected: [FaultKind: Int] = [:]

  private struct Stream {
    var messages = 0
    /// Sorted by message.
    var entries: [FaultScript.Entry] = []
    var next = 0
    /// Added to every number of the instrument.
    var offset: Int64 = 0
    var isGapDue = false
    var isResetDue = false
    var snapshotsToDrop = 0
    var rejections: [Int] = []
  }
  private var streams: [Stream]
  private var connectionEntries: [FaultScript.Entry]
  private var connectionRejections: [Int] = []

  /// How far a `gap` skips ahead.
  public static let gapStep: Int64 = 1_000
  /// OKX 50026: system error.
  public static let rejectionDefault = 50_026
  /// A frame that is no JSON.
  public static let garbage: [UInt8] = Array("{\"arg\":{\"channel\":<<garbage>>".utf8)

  /// Refuses a script that names an instrument the catalogue does not hold.
  public init(
    _ script: FaultScript, _ catalogue: InstrumentCatalogue
  ) throws(FaultScriptError) {
    streams = [Stream](repeating: Stream(), count: catalogue.count)
    connectionEntries = script.entries.filter { $0.target == .connection }
    connectionEntries.sort { $0.message < $1.message }
    for entry in script.entries {
      guard case .instrument(let name) = entry.target else { continue }
      guard let index = catalogue.index(of: name) else {
        throw FaultScriptError(line: 0, message: "no instrument '\(name)' in this market")
      }
      streams[index].entries.append(entry)
    }
    for index in streams.indices {
      streams[index].entries.sort { $0.message < $1.message }
      arm(index)
    }
  }

  /// What befalls `event`. `gap` and `reset` change its numbers and all later ones of the instrument.
  public mutating func plan(_ event: inout MarketEvent) -> FaultPlan {
    let index = event.instrument
    var plan = FaultPlan()
    if !event.isBook {
      event.seqId += streams[index].offset
      return plan
    }
    streams[index].messages += 1
    for entry in arm(index) {
      switch entry.kind {
      case .drop: plan.isDropped = true
      case .duplicate: plan.isDuplicated = true
      case .reorder: plan.isHeldBack = true
      case .heartbeat: plan.isFollowedByHeartbeat = true
      case .garbage: plan.isFollowedByGarbage = true
      case .disconnect: plan.isFollowedByDisconnect = true
      case .gap, .reset, .reject, .dropSnapshot: continue
      }
      count(entry.kind)
    }
    renumber(&event)
    if event.kind == .snapshot && takesSnapshot(instrument: index) { plan.isDropped = true }
    return plan
  }

  /// True when the snapshot about to be sent must not be; asked for every snapshot that answers a subscription.
  public mutating func takesSnapshot(instrument: Int) -> Bool {
    if streams[instrument].snapshotsToDrop == 0 { return false }
    streams[instrument].snapshotsToDrop -= 1
    count(.dropSnapshot)
    return true
  }

  /// The next update of the instrument begins lower numbers.
  public mutating func renumber(instrument: Int) { streams[instrument].isResetDue = true }

  /// The sCode that refuses this order, if one is due.
  public mutating func rejection(instrument: Int) -> Int? {
    if !streams[instrument].rejections.isEmpty {
      count(.reject)
      return streams[instrument].rejections.removeFirst()
    }
    if connectionRejections.isEmpty { return nil }
    count(.reject)
    return connectionRejections.removeFirst()
  }

  /// What befalls push number `message` (1 upwards) of a connection; a due `reject` is armed for the next order.
  public mutating func connectionFaults(message: Int) -> [FaultKind] {
    var found: [FaultKind] = []
    for entry in connectionEntries where entry.message == message {
      if entry.kind == .reject {
        connectionRejections.append(entry.argument ?? FaultInjector.rejectionDefault)
      } else {
        found.append(entry.kind)
        count(entry.kind)
      }
    }
    return found
  }

  /// Moves entries that are due into effect and returns them.
  @discardableResult
  private mutating func arm(_ index: Int) -> [FaultScript.Entry] {
    var due: [FaultScript.Entry] = []
    while streams[index].next < streams[index].entries.count {
      let entry = streams[index].entries[streams[index].next]
      if entry.message > streams[index].messages { break }
      streams[index].next += 1
      switch entry.kind {
      case .gap: streams[index].isGapDue = true
      case .reset: streams[index].isResetDue = true
      case .reject:
        streams[index].rejections.append(entry.argument ?? FaultInjector.rejectionDefault)
      case .dropSnapshot: streams[index].snapshotsToDrop += 1
      case .drop, .duplicate, .reorder, .heartbeat, .disconnect, .garbage: break
      }
      due.append(entry)
    }
    return due
  }

  private mutating func renumber(_ event: inout MarketEvent) {
    let index = event.instrument
    var offset = streams[index].offset
    if event.kind == .update && streams[index].isGapDue {
      streams[index].isGapDue = false
      offset += FaultInjector.gapStep
      count(.gap)
    }
    let previous = event.prevSeqId == -1 ? -1 : event.prevSeqId + offset
    if event.kind == .update && streams[index].isResetDue {
      streams[index].isResetDue = false
      offset = previous / 2 - event.seqId
      event.kind = .reset
      count(.reset)
    }
    streams[index].offset = offset
    if offset == 0 && previous == event.prevSeqId { return }
    event.seqId += offset
    event.prevSeqId = previous
    guard let recorded = event.recorded else { return }
    let frame = RecordedFrame(recorded.bytes, range: 0..<recorded.bytes.count, time: 0, line: 0)
    event.recorded?.bytes =
      SequenceText.setting(
        recorded.bytes, data: frame.dataRange, seqId: event.seqId, prevSeqId: event.prevSeqId)
      ?? recorded.bytes
  }

  private mutating func count(_ kind: FaultKind) {
    injected[kind, default: 0] += 1
  }
}
