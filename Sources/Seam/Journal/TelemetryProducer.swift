// A stage's telemetry: what it took and what it made, committed to memory that outlives the process; hot plane.

public import Channels
public import Quantities

/// The stage's end of its telemetry ring. One owner; moves between threads whole.
///
/// A record has the stage's next number; numbers have no holes. Where nothing may be lost, ask `hasRoom` or
/// take the nil of `record` as a refusal. Where overload may lose records, `recordOrLose` counts on and the
/// next record that finds room comes after a `lost{stage, from, to}`.
@safe @frozen
public struct TelemetryProducer: ~Copyable, @unchecked Sendable {
  // SAFETY: the producer inside hands out memory that it alone writes until `commit`.
  @usableFromInline var ring: ByteProducer
  public let stage: StageID
  /// The last number given, lost ones included.
  @inlinable public var number: UInt64 { given }
  @usableFromInline var given: UInt64
  /// First number of a loss that no record tells of yet; 0 for none.
  @usableFromInline var lostFrom: UInt64 = 0
  /// The offsets last recorded.
  private var offsets = ClockOffsets()

  public init(_ ring: consuming ByteProducer, stage: StageID) {
    self.ring = ring
    self.stage = stage
    given = 0
  }

  /// The largest payload that a record of this ring can have.
  @inlinable public var payloadBytesMax: Int {
    min(ring.claimBytesMax - RecordHeader.byteCount, RecordHeader.payloadBytesMax)
  }

  /// True when `records` records with `payloadBytes` in all will find room one after the other.
  @inlinable
  public mutating func hasRoom(records: Int, payloadBytes: Int) -> Bool {
    // Each entry may round up by a line; claiming them as one is never less than they take.
    let needed = payloadBytes &+ records &* (RecordHeader.byteCount + 8 + 63)
    if unsafe ring.claim(byteCount: needed) == nil { return false }
    ring.abort()
    return true
  }

  /// Commits one record. Returns what later records name as their cause, or nil where there is no room: then
  /// nothing changed.
  @inlinable
  public mutating func record<Payload: BitwiseCopyable>(
    _ kind: JournalKind, _ payload: Payload, cause: Cause = .none, at instant: Instant,
    flags: RecordFlags = .input
  ) -> Cause? {
    let size = MemoryLayout<Payload>.size
    guard let room = unsafe open(kind, size, cause, instant, flags) else { return nil }
    unsafe room.storeBytes(
      of: payload, toByteOffset: RecordHeader.byteCount, as: Payload.self)
    return close(size)
  }

  /// The same with bytes as they lie: an entry of the market ring, a request.
  @inlinable
  public mutating func record(
    _ kind: JournalKind, bytes: RawSpan, cause: Cause = .none, at instant: Instant,
    flags: RecordFlags = .input
  ) -> Cause? {
    let size = bytes.byteCount
    guard let room = unsafe open(kind, size, cause, instant, flags) else { return nil }
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (room.baseAddress! + RecordHeader.byteCount).copyMemory(
          from: start, byteCount: source.count)
      }
    }
    return close(size)
  }

  /// Tells of a loss now, if there is one and room for it: for a stage that idles after an overload.
  @inlinable
  @discardableResult
  public mutating func tellLoss(at instant: Instant) -> Bool {
    if lostFrom == 0 { return true }
    let size = MemoryLayout<LostRecord>.size
    let last = given
    given = last &- 1
    guard let room = unsafe open(.lost, size, .none, instant, .input) else {
      given = last
      return false
    }
    unsafe room.storeBytes(
      of: LostRecord(stage: stage, from: lostFrom, to: last),
      toByteOffset: RecordHeader.byteCount, as: LostRecord.self)
    _ = close(size)
    lostFrom = 0
    return true
  }

  @usableFromInline
  @inline(__always)
  mutating func lose() -> Cause {
    given &+= 1
    if lostFrom == 0 { lostFrom = given }
    return Cause(stage, given)
  }

  @usableFromInline
  @inline(__always)
  mutating func open(
    _ kind: JournalKind, _ size: Int, _ cause: Cause, _ instant: Instant, _ flags: RecordFlags
  ) -> UnsafeMutableRawBufferPointer? {
    if size > RecordHeader.payloadBytesMax { return nil }
    guard let room = unsafe ring.claim(byteCount: RecordHeader.byteCount + size) else { return nil }
    let header = RecordHeader(
      kind, stage: stage, number: given &+ 1, cause: cause, at: instant, payloadByteCount: size,
      flags: flags)
    unsafe room.storeBytes(of: header, as: RecordHeader.self)
    return unsafe room
  }

  @usableFromInline
  @inline(__always)
  mutating func close(_ size: Int) -> Cause {
    ring.commit(RecordHeader.byteCount + size)
    given &+= 1
    return Cause(stage, given)
  }

  // The concrete forms that the stages use: the compiler proves of each that it takes no lock and allocates
  // nothing, and with them of the generic ones.

  /// `moment` as the stage may use it: with offsets that are on record. New ones are recorded here; without
  /// room for that the old ones stay in use.
  @_noLocks
  public mutating func settle(_ moment: Moment) -> Moment {
    if moment.offsets == offsets { return moment }
    if record(.clock, moment.offsets, at: moment.instant) != nil { offsets = moment.offsets }
    return Moment(moment.instant, offsets)
  }

  @_noLocks
  public mutating func record(order: OrderRecord, cause: Cause, at instant: Instant) -> Cause? {
    record(.order, order, cause: cause, at: instant, flags: .output)
  }
  @_noLocks
  public mutating func record(intent: Intent, cause: Cause, at instant: Instant) -> Cause? {
    record(.intent, intent, cause: cause, at: instant)
  }
  @_noLocks
  public mutating func record(verdict: Verdict, cause: Cause, at instant: Instant) -> Cause? {
    record(.verdict, verdict, cause: cause, at: instant)
  }
  @_noLocks
  public mutating func record(position: PositionRecord, at instant: Instant) -> Cause? {
    record(.position, position, at: instant)
  }
  @_noLocks
  public mutating func record(cursor: FillCursor, at instant: Instant) -> Cause? {
    record(.fillCursor, cursor, at: instant)
  }
  @_noLocks
  public mutating func record(report: Report, cause: Cause, at instant: Instant) -> Cause? {
    record(.report, report, cause: cause, at: instant)
  }
  @_noLocks
  public mutating func record(refusal: RefusalRecord, at instant: Instant) -> Cause? {
    record(.refusal, refusal, at: instant)
  }
  /// `entry` is read in this call only.
  @_noLocks @unsafe
  public mutating func recordOrLose(market entry: UnsafeRawBufferPointer, at instant: Instant)
    -> Cause
  {
    let size = entry.count
    guard tellLoss(at: instant), let start = entry.baseAddress,
      let room = unsafe open(.market, size, .none, instant, .input)
    else { return lose() }
    unsafe (room.baseAddress! + RecordHeader.byteCount).copyMemory(from: start, byteCount: size)
    return close(size)
  }
  @_noLocks
  public mutating func tellLossWhenIdle(at instant: Instant) { tellLoss(at: instant) }
}
