// A disk that is full: the trade stream goes on in its reserve, and a start finds a place for it.

import Channels
import Foundation
import Glibc
import Journal
import Quantities
import Testing

/// A tmpfs of one MiB; only root may mount one.
private final class SmallDisk {
  let path = "/tmp/small-disk-\(UInt64.random(in: 0 ... .max))"
  private let isMounted: Bool

  static let isPossible = SmallDisk().isMounted

  init() {
    unsafe _ = mkdir(path, 0o700)
    isMounted = unsafe mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0
  }

  deinit {
    if isMounted { unsafe _ = umount(path) }
    unsafe _ = rmdir(path)
  }

  func fill() {
    _ = FileManager.default.createFile(atPath: path + "/fill", contents: nil)
    guard let file = FileHandle(forWritingAtPath: path + "/fill") else { return }
    let page = Data(repeating: 1, count: 4_096)
    while (try? file.write(contentsOf: page)) != nil {}
  }

  func makeRoom() { try? FileManager.default.removeItem(atPath: path + "/fill") }
}

@Suite(.enabled(if: SmallDisk.isPossible, "needs the right to mount a tmpfs"))
struct FullDiskTests {
  private let disk = SmallDisk()
  private var folder: JournalFolder { JournalFolder(path: disk.path, stream: .trade) }
  private var held: JournalSettings {
    var settings = settings()
    settings.segmentBytes = 128 << 10
    settings.holdsReserve = true
    return settings
  }

  private func write(_ count: Int, _ writer: inout JournalWriter) throws {
    for _ in 0..<count {
      try writer.append(.note, text: String(repeating: "x", count: 1_000), at: .now())
    }
  }

  private func isFull(_ writer: inout JournalWriter) -> Bool {
    do {
      try write(200, &writer)
      return false
    } catch { return (error as? JournalError)?.isDiskFull == true }
  }

  @Test func theStreamGoesOnInItsReserve() throws {
    var writer = try JournalWriter(folder, identity: identity(), settings: held)
    try write(50, &writer)
    disk.fill()
    let before = writer.isOnReserve
    #expect(!before)
    try write(100, &writer)
    let (isOnReserve, segment) = (writer.isOnReserve, writer.segment)
    #expect(isOnReserve && segment == 2)
    // The reserve ends too; the old segment's cut gave nothing back.
    let isOver = isFull(&writer)
    #expect(isOver)
    disk.makeRoom()
    try writer.close()
    for segment in try folder.segments() {
      #expect(try JournalVerification(file: folder.file(segment)).isSound)
    }
  }

  @Test func aStartOnAFullDiskTakesWhatThereIs() throws {
    var writer = try JournalWriter(folder, identity: identity(), settings: held)
    try write(10, &writer)
    disk.fill()
    // It dies; what its segment did not use is what the next start has.
    let next = try JournalWriter(folder, identity: identity(8), settings: held)
    let isOnReserve = next.isOnReserve
    #expect(isOnReserve)
    disk.makeRoom()
    try next.close()
    let later = try JournalWriter(folder, identity: identity(9), settings: held)
    let isStillOnReserve = later.isOnReserve
    #expect(!isStillOnReserve)
    try later.close()
    try writer.sync()
  }

  @Test func withoutAReserveItIsAnError() throws {
    var settings = held
    settings.holdsReserve = false
    var writer = try JournalWriter(folder, identity: identity(), settings: settings)
    disk.fill()
    let isOver = isFull(&writer)
    #expect(isOver)
    let isOnReserve = writer.isOnReserve
    #expect(!isOnReserve)
  }

  @Test func whatIsExpendableIsLeftOutAndToldAsLost() throws {
    let rings = try TelemetryFile(
      creating: disk.path + "/rings", identity: identity(),
      plans: [TelemetryPlan(stage: .account, stream: .trade, capacity: 1 << 16)])
    var producer = rings.producer(.account, .trade)
    let equity = EquityRecord(
      currency: try #require(Symbol("USDT")), cash: .zero,
      exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: true)
    for number in 0..<7 {
      let isKept = number == 0 || number == 4
      let state = PositionRecord(
        instrument: InstrumentID(index: 0), position: .zero, before: .zero,
        exchangeTime: WallMilliseconds(milliseconds: 1), isReconciled: false)
      let cause =
        isKept
        ? producer.record(.position, state, at: .now())
        : producer.record(.equity, equity, at: .now())
      #expect(cause != nil)
    }
    var writer = try JournalWriter(folder, identity: identity(), settings: held)
    let drain = rings.drain(.account, .trade)
    drain.isSparing = true
    #expect(try drain.drain(into: &writer) == 7)
    try writer.close()
    let verified = try JournalVerification(file: folder.file(1))
    #expect(verified.records == 3 && verified.lostRecords == 3 && verified.holes == 0)
  }
}
