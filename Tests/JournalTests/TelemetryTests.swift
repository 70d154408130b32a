// Telemetry rings: numbers without holes, losses that are told, and recovery after a kill, each record once.

import Channels
import Glibc
import Journal
import MappedFile
import Quantities
import Testing

private let plans = [
  TelemetryPlan(stage: .gate, stream: .trade, capacity: 1 << 12),
  TelemetryPlan(stage: .sender, stream: .trade, capacity: 1 << 14),
  TelemetryPlan(stage: .feed(0), stream: .market, capacity: 1 << 16),
]

@Test func whatStagesRecordReachesTheJournal() throws {
  let scratch = Scratch("telemetry")
  let file = try TelemetryFile(
    creating: scratch.path + "/rings", identity: identity(), plans: plans)
  var status = stat()
  unsafe _ = stat(scratch.path + "/rings", &status)
  #expect(status.st_mode & 0o777 == 0o600)
  var gate = file.producer(.gate, .trade)
  var feed = file.producer(.feed(0), .market)
  let gateDrain = file.drain(.gate, .trade)
  let feedDrain = file.drain(.feed(0), .market)
  var trade = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  var market = try JournalWriter(scratch.market, identity: identity(), settings: settings(1 << 18))
  var report = Report(kind: .fill, instrument: InstrumentID(index: 2))
  for index in 1...100 {
    report.tradeID = UInt64(index)
    let cause = gate.record(
      report: report, cause: Cause(.sender, UInt64(index * 2)), at: Instant(nanoseconds: 5))
    #expect(cause == Cause(.gate, UInt64(index)))
    let entry = [UInt8](repeating: UInt8(index), count: index * 7)
    unsafe entry.withUnsafeBytes { bytes in _ = unsafe feed.recordOrLose(market: bytes, at: .zero) }
    if index % 10 == 0 {
      #expect(try gateDrain.drain(into: &trade) == 10)
      #expect(try feedDrain.drain(into: &market) == 10)
    }
  }
  let reports = try records(scratch.trade)
  #expect(reports.map(\.header.number) == Array(1...100))
  #expect(reports.allSatisfy { $0.header.stage == .gate && $0.kind == .report })
  #expect(reports[41].header.cause == Cause(.sender, 84))
  #expect(Report(payload: reports[41].payload)?.tradeID == 42)
  let entries = try records(scratch.market)
  #expect(entries.map(\.payload.count) == (1...100).map { $0 * 7 })
  try trade.close()
  try market.close()
  file.remove()
  let path = scratch.path + "/rings"
  #expect(throws: JournalError.self) { try TelemetryFile(recovering: path, of: 7) }
}

@Test func aFullRingRefusesOrTellsWhatItLost() throws {
  let scratch = Scratch("full")
  let file = try TelemetryFile(
    creating: scratch.path + "/rings", identity: identity(), plans: plans)
  var gate = file.producer(.gate, .trade)
  let drain = file.drain(.gate, .trade)
  let report = Report(kind: .fill, instrument: .none)
  var recorded: UInt64 = 0
  while gate.record(.report, report, at: .zero) != nil { recorded += 1 }
  #expect(gate.number == recorded && recorded > 10)
  let room = gate.hasRoom(records: 1, payloadBytes: 112)
  #expect(!room)
  // Nothing is lost by a refusal; from here on three are.
  let entry = [UInt8](repeating: 7, count: 112)
  for _ in 0..<3 {
    unsafe entry.withUnsafeBytes { bytes in _ = unsafe gate.recordOrLose(market: bytes, at: .zero) }
  }
  #expect(gate.number == recorded + 3)
  var writer = try JournalWriter(scratch.trade, identity: identity(), settings: settings())
  #expect(try drain.drain(into: &writer) == Int(recorded))
  let again = gate.hasRoom(records: 2, payloadBytes: 224)
  #expect(again)
  let cause = unsafe entry.withUnsafeBytes { bytes in
    unsafe gate.recordOrLose(market: bytes, at: .zero)
  }
  #expect(cause.number == recorded + 4)
  #expect(try drain.drain(into: &writer) == 2)
  let found = try records(scratch.trade)
  let lost = try #require(LostRecord(payload: found[Int(recorded)].payload))
  #expect(lost == LostRecord(stage: .gate, from: recorded + 1, to: recorded + 3))
  #expect(found.last?.header.number == recorded + 4)
  try writer.close()
  #expect(try JournalVerification(file: scratch.trade.file(1)).isSound)
  file.remove()
}

@Test func recoveryDrainsWhatWasLeft() throws {
  let scratch = Scratch("recover")
  let path = scratch.path + "/rings"
  var report = Report(kind: .fill, instrument: .none)
  do {
    let file = try TelemetryFile(creating: path, identity: identity(41), plans: plans)
    var gate = file.producer(.gate, .trade)
    var sender = file.producer(.sender, .trade)
    let drain = file.drain(.gate, .trade)
    var writer = try JournalWriter(scratch.trade, identity: identity(41), settings: settings())
    for index in 1...9 {
      report.tradeID = UInt64(index)
      _ = gate.record(.report, report, at: .zero)
      _ = sender.record(.report, report, at: .zero)
    }
    #expect(try drain.drain(into: &writer, recordsMax: 4) == 4)
    // The fifth is in the journal, but the process dies before it leaves the ring.
    report.tradeID = 5
    let header = RecordHeader(
      .report, stage: .gate, number: 5, at: .zero, payloadByteCount: 112)
    let bytes = unsafe withUnsafeBytes(of: report) { unsafe [UInt8]($0) }
    try unsafe writer.append(header, bytes.span.bytes)
  }
  let recovery = try TelemetryRecovery.run(
    TelemetryFile(recovering: path, of: 41), journals: scratch.path, trade: settings(),
    market: settings())
  #expect(recovery == TelemetryRecovery(start: 41, records: 13))
  var found = try records(scratch.trade)
  let gate = found.filter { $0.header.stage == .gate }
  #expect(gate.map(\.header.number) == Array(1...9))
  #expect(gate.map { Report(payload: $0.payload)?.tradeID } == (1...9).map { UInt64($0) })
  #expect(
    gate.map { $0.header.flags.contains(.recovered) }
      == [5, 4].enumerated().flatMap {
        [Bool](repeating: $0.offset == 1, count: $0.element)
      })
  #expect(found.filter { $0.header.stage == .sender }.count == 9)
  #expect(try scratch.market.segments() == [], "nothing was left for the market journal")
  // The segment that recovery wrote belongs to the start that made the records.
  let checked = try JournalVerification(file: scratch.trade.file(2))
  #expect(checked.header.identity.start == 41 && checked.end == .closed)
  #expect(throws: JournalError.self, "the file is gone") {
    try TelemetryFile(recovering: path, of: 41)
  }
  found = try records(scratch.trade)
  #expect(found.count == 18)
}

@Test func brokenTelemetryFilesAreRefused() throws {
  let scratch = Scratch("broken")
  let path = scratch.path + "/rings"
  _ = try TelemetryFile(creating: path, identity: identity(), plans: plans)
  let whole = contents(path)
  store(whole[..<100], path)
  #expect(throws: JournalError.self) { try TelemetryFile(recovering: path, of: 7) }
  store(whole[..<5_000], path)
  #expect(throws: JournalError.self) { try TelemetryFile(recovering: path, of: 7) }
  for index in 0..<1_024 where whole[index] != 0 {
    var changed = whole
    changed[index] ^= 0x40
    store(changed, path)
    #expect(throws: JournalError.self) { try TelemetryFile(recovering: path, of: 7) }
  }
  store(whole, path)
  #expect(try TelemetryFile(recovering: path, of: 7).plans == plans)
}

/// What goes into the journal must be of this user and of the start that is asked for: anything else is refused.
@Test func telemetryOfAnybodyElseIsRefused() throws {
  let scratch = Scratch("foreign")
  let path = scratch.path + "/rings"
  _ = try TelemetryFile(creating: path, identity: identity(7), plans: plans)
  let whole = contents(path)
  #expect(throws: JournalError.telemetry("it is of start 7 and not of 8")) {
    try TelemetryFile(recovering: path, of: 8)
  }
  for mode in [0o644, 0o660, 0o700, 0o400] as [mode_t] {
    unsafe _ = chmod(path, mode)
    #expect(throws: JournalError.system(call: "status", path: path, code: EPERM)) {
      try TelemetryFile(recovering: path, of: 7)
    }
  }
  unsafe _ = chmod(path, 0o600)
  #expect(try TelemetryFile(recovering: path, of: 7).identity.start == 7)
  // A link to a good file is none.
  unsafe _ = rename(path, scratch.path + "/elsewhere")
  unsafe _ = symlink(scratch.path + "/elsewhere", path)
  #expect(throws: JournalError.system(call: "open", path: path, code: ELOOP)) {
    try TelemetryFile(recovering: path, of: 7)
  }
  unsafe _ = unlink(path)
  if geteuid() == 0 {
    store(whole, path)
    unsafe _ = chown(path, 65_534, 65_534)
    #expect(throws: JournalError.system(call: "status", path: path, code: EPERM)) {
      try TelemetryFile(recovering: path, of: 7)
    }
  }
}

/// Stages and Recorder in a process of its own, killed at odd moments: after recovery every number from 1 on is
/// in the journal once, at least up to the last that the stage was promised.
@Test func aKilledCoreLosesNoTelemetry() throws {
  for delay in [0, 700, 5_000, 17_000] as [UInt32] {
    let scratch = Scratch("core")
    let path = scratch.path + "/rings"
    let shared = try MemoryRegion.create(file: scratch.path + "/count", byteCount: 4_096)
    let file = try TelemetryFile(creating: path, identity: identity(9), plans: plans)
    var sender = file.producer(.sender, .trade)
    let drain = file.drain(.sender, .trade)
    var writer = try JournalWriter(
      scratch.trade, identity: identity(9), settings: settings(1 << 20))
    var report = Report(kind: .fill, instrument: .none)
    _ = sender.record(.report, report, at: .zero)
    _ = try drain.drain(into: &writer)
    let forked = unsafe withUnsafeMutablePointer(to: &writer) { held -> pid_t? in
      unsafe withUnsafeMutablePointer(to: &sender) { stage -> pid_t? in
        forkedChild {
          var number: UInt64 = 1
          while true {
            report.tradeID = number
            if let cause = unsafe stage.pointee.record(.report, report, at: .zero) {
              number = cause.number
              unsafe shared.base.storeBytes(of: number, as: UInt64.self)
            }
            if number % 16 == 0 || number > 1_000_000 {
              guard unsafe (try? drain.drain(into: &held.pointee, recordsMax: 13)) != nil else {
                _exit(3)
              }
            }
          }
        }
      }
    }
    let child = try #require(forked)
    for _ in 0..<10_000 where counter(shared) < 300 { usleep(200) }
    usleep(delay)
    kill9(child)
    let promised = counter(shared)
    #expect(promised >= 300)
    _ = try TelemetryRecovery.run(
      TelemetryFile(recovering: path, of: 9), journals: scratch.path, trade: settings(1 << 20),
      market: settings())
    let found = try records(scratch.trade).filter { $0.header.stage == .sender }
    let numbers = found.map(\.header.number)
    #expect(numbers == Array(1...UInt64(numbers.count)), "each once, in order")
    #expect(numbers.count == Int(promised) || numbers.count == Int(promised) + 1)
    shared.unmap()
  }
}
