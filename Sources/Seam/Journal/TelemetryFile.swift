// The mapped file of all telemetry rings, on tmpfs: it survives the process that wrote it; seam.

import CKernel
import Channels
import MappedFile
import Quantities

/// One stage's ring of one stream.
public struct TelemetryPlan: Hashable, Sendable {
  public var stage: StageID
  public var stream: JournalStream
  /// Bytes for entries, a power of two.
  public var capacity: Int
  public init(stage: StageID, stream: JournalStream, capacity: Int) {
    self.stage = stage
    self.stream = stream
    self.capacity = capacity
  }
  var tag: UInt64 {
    0x54_4C_00_01 << 32 | UInt64(stream.rawValue) << 8 | UInt64(stage.rawValue)
  }
}

/// Layout: a page with magic, identity and the table of rings, then the rings, each on its own pages.
@safe
public struct TelemetryFile: Sendable {
  // SAFETY: the region stays mapped for the life of the process; rings guard their own ends.
  public let path: String
  public let identity: JournalIdentity
  public let plans: [TelemetryPlan]
  let region: MemoryRegion
  let rings: [ByteRing]

  /// Most rings in one file.
  public static let ringsMax = 64
  static let magic: UInt64 = 0x454C_4554_544D_4C4C
  static let headerBytes = 4_096
  static let identityOffset = 64
  static let tableOffset = 512
  static let checksumOffset = 4_088

  /// A fresh file (0600) in place of any that was there: recover that one first.
  public init(
    creating path: String, identity: JournalIdentity, plans: [TelemetryPlan]
  ) throws(JournalError) {
    precondition(
      plans.count <= TelemetryFile.ringsMax && Set(plans.map(\.tag)).count == plans.count,
      "Invariant: a stage has one ring of a stream")
    var offset = TelemetryFile.headerBytes
    var places: [Int] = []
    for plan in plans {
      places.append(offset)
      offset += (ByteRing.byteCount(capacity: plan.capacity) + 4_095) & ~4_095
    }
    // A name of its own until it is whole: a kill in between leaves nothing that looks like telemetry.
    let fresh = path + ".new"
    do {
      region = try MemoryRegion.create(file: fresh, byteCount: offset, mode: 0o600)
    } catch {
      throw .system(call: error.call.rawValue, path: fresh, code: error.code)
    }
    var rings: [ByteRing] = []
    for (plan, place) in zip(plans, places) {
      let slice = region.slice(at: place, byteCount: ByteRing.byteCount(capacity: plan.capacity))
      rings.append(ByteRing(creatingIn: slice, capacity: plan.capacity, tag: plan.tag))
    }
    self.path = path
    self.identity = identity
    self.plans = plans
    self.rings = rings
    let header = TelemetryFile.header(identity, plans, places)
    // SAFETY: the region holds a header page, and nobody else has the file yet.
    unsafe header.withUnsafeBytes { bytes in
      unsafe region.base.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    }
    let renamed = unsafe fresh.withCString { from in
      unsafe path.withCString { to in unsafe ck_rename(from, to) }
    }
    if renamed < 0 {
      region.unmap()
      throw .system(call: "rename", path: path, code: -renamed)
    }
  }

  /// The file that start number `start` of this user left; throws where it is anybody else's.
  public init(recovering path: String, of start: UInt32) throws(JournalError) {
    let opened: (region: MemoryRegion, identity: FileIdentity)
    do {
      opened = try MemoryRegion.open(file: path, writable: true, onlyOwn: true)
    } catch {
      throw .system(call: error.call.rawValue, path: path, code: error.code)
    }
    let region = opened.region
    guard region.byteCount >= TelemetryFile.headerBytes else {
      region.unmap()
      throw .telemetry("shorter than its header")
    }
    // SAFETY: the mapping holds at least these bytes, and its writer is dead.
    let bytes = unsafe [UInt8](
      UnsafeRawBufferPointer(start: region.base, count: TelemetryFile.headerBytes))
    guard let parsed = TelemetryFile.parse(bytes) else {
      region.unmap()
      throw .telemetry("no header of this version")
    }
    guard parsed.identity.start == start else {
      region.unmap()
      throw .telemetry("it is of start \(parsed.identity.start) and not of \(start)")
    }
    var rings: [ByteRing] = []
    for (plan, place) in zip(parsed.plans, parsed.places) {
      let size = ByteRing.byteCount(capacity: plan.capacity)
      guard place >= 0, place <= region.byteCount, size <= region.byteCount - place else {
        region.unmap()
        throw .telemetry("a ring lies outside the file")
      }
      do {
        rings.append(
          try ByteRing(
            attachingTo: region.slice(at: place, byteCount: size), tag: plan.tag))
      } catch {
        region.unmap()
        throw .telemetry("the ring of \(plan.stage.name) cannot be taken over: \(error)")
      }
    }
    self.path = path
    self.region = region
    self.rings = rings
    identity = parsed.identity
    plans = parsed.plans
  }

  /// The stage's end. Once for each ring.
  public func producer(_ stage: StageID, _ stream: JournalStream) -> TelemetryProducer {
    TelemetryProducer(rings[index(stage, stream)].makeProducer(), stage: stage)
  }

  /// The Recorder's end. Once for each ring.
  public func drain(_ stage: StageID, _ stream: JournalStream) -> TelemetryDrain {
    TelemetryDrain(rings[index(stage, stream)].makeConsumer(), stage: stage, stream: stream)
  }

  /// Removes the name and the mapping. Nobody may use the rings afterwards.
  public func remove() {
    _ = unsafe path.withCString { unsafe ck_unlink($0) }
    region.unmap()
  }

  private func index(_ stage: StageID, _ stream: JournalStream) -> Int {
    guard let index = plans.firstIndex(where: { $0.stage == stage && $0.stream == stream }) else {
      preconditionFailure("Invariant: a stage asks for a ring that was planned")
    }
    return index
  }

  private static func header(
    _ identity: JournalIdentity, _ plans: [TelemetryPlan], _ places: [Int]
  ) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: headerBytes)
    func put(_ value: UInt64, _ offset: Int) {
      for index in 0..<8 {
        output[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
      }
    }
    put(magic, 0)
    put(UInt64(plans.count), 8)
    let whole = SegmentHeader(
      identity: identity, stream: .trade, segment: 0, firstRecord: 0, clocks: .now())
    output.replaceSubrange(
      identityOffset..<(identityOffset + SegmentHeader.byteCount), with: whole.bytes)
    for (index, plan) in plans.enumerated() {
      let row = tableOffset + index * 32
      put(plan.tag, row)
      put(UInt64(places[index]), row + 8)
      put(UInt64(plan.capacity), row + 16)
    }
    put(unsafe UInt64(CRC32C.of(output.span.bytes.extracting(0..<checksumOffset))), checksumOffset)
    return output
  }

  private static func parse(
    _ bytes: [UInt8]
  ) -> (identity: JournalIdentity, plans: [TelemetryPlan], places: [Int])? {
    func get(_ offset: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }
    let identityBytes = Array(bytes[identityOffset..<(identityOffset + SegmentHeader.byteCount)])
    let count = get(8)
    guard get(0) == magic, count <= UInt64(ringsMax),
      unsafe get(checksumOffset)
        == UInt64(CRC32C.of(bytes.span.bytes.extracting(0..<checksumOffset))),
      let whole = SegmentHeader(identityBytes)
    else { return nil }
    var plans: [TelemetryPlan] = []
    var places: [Int] = []
    for index in 0..<Int(count) {
      let row = tableOffset + index * 32
      let tag = get(row)
      let capacity = get(row + 16)
      guard let stream = JournalStream(rawValue: UInt8(truncatingIfNeeded: tag >> 8)),
        capacity >= 256, capacity <= 1 << 30, capacity & (capacity - 1) == 0,
        let place = Int(exactly: get(row + 8))
      else { return nil }
      let plan = TelemetryPlan(
        stage: StageID(rawValue: UInt8(truncatingIfNeeded: tag)), stream: stream,
        capacity: Int(capacity))
      if plan.tag != tag { return nil }
      plans.append(plan)
      places.append(place)
    }
    return (whole.identity, plans, places)
  }
}
