// A reader refuses what is no state file of this build, and says why; what it maps, it cannot write.
import Channels
import Foundation
import Quantities
import State
import Testing

private func refusal(
  _ path: String, _ expectation: StateExpectation = StateExpectation()
) -> StateError? {
  do {
    _ = try StateReader(path: path, expecting: expectation)
    return nil
  } catch { return error }
}

private func patched(_ path: String, _ body: (inout Data) -> Void) throws {
  var data = try Data(contentsOf: URL(fileURLWithPath: path))
  body(&data)
  try data.write(to: URL(fileURLWithPath: path))
}

private func put(_ data: inout Data, _ value: UInt64, at offset: Int, bytes: Int = 8) {
  for index in 0..<bytes {
    data[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
  }
}

@Test func whatIsNoStateFileIsRefusedWithItsReason() throws {
  let folder = Folder()
  let path = folder.file
  check(refusal(path) == .kernel(KernelError(.open, ENOENT)))
  let layout = StateLayout(instrumentCount: 2)
  func fresh() throws {
    _ = try StateWriter.create(path: path, header: header(), instruments: table(2))
  }
  func offset<Value>(_ field: KeyPath<StateHeader, Value>) -> Int {
    MemoryLayout<StateHeader>.offset(of: field) ?? -1
  }
  try fresh()
  check(refusal(path) == nil)
  check(refusal(path, StateExpectation(buildHash: 1)) == .build(held: 0xB, expected: 1))
  check(
    refusal(path, StateExpectation(configurationHash: 1))
      == .configuration(held: 0xC, expected: 1))

  try patched(path) { put(&$0, 0x1234, at: offset(\.magic)) }
  check(refusal(path) == .magic(0x1234))
  try fresh()
  try patched(path) { put(&$0, 9, at: offset(\.version), bytes: 4) }
  check(refusal(path) == .version(held: 9, expected: StateLayout.version))
  try fresh()
  try patched(path) { $0.removeLast() }
  check(
    refusal(path) == .size(file: layout.byteCount - 1, header: UInt64(layout.byteCount)))
  try fresh()
  try patched(path) { $0.append(0) }
  check(refusal(path)?.description.contains("damaged") == true)
  try fresh()
  try patched(path) { $0 = $0.prefix(100) }
  check(refusal(path) == .tooShort(byteCount: 100, needed: StateLayout.headerByteCount))
  try patched(path) { $0 = Data() }
  check(refusal(path) == .tooShort(byteCount: 0, needed: StateLayout.headerByteCount))
  try fresh()
  try patched(path) { put(&$0, 5, at: offset(\.layoutFingerprint)) }
  check(refusal(path) == .layout(held: 5, expected: layout.fingerprint))
  try fresh()
  // More instruments than the file has room for: the layout would reach past its end.
  try patched(path) { put(&$0, 3, at: offset(\.instrumentCount), bytes: 4) }
  if case .layout = refusal(path) {} else { Issue.record("a wrong instrument count passed") }
  try fresh()
  try patched(path) { put(&$0, 5000, at: offset(\.instrumentCount), bytes: 4) }
  check(refusal(path) == .tooManyInstruments(5000))
  try fresh()
  try patched(path) { put(&$0, 0, at: offset(\.bootIDLow)) }
  check(refusal(path) == .otherBoot)
  check(StateError.otherBoot.description.contains("no core has run since"))
  check(
    StateError.kernel(KernelError(.open, ENOENT)).description
      == "state file: open: No such file or directory (errno 2)")
}

@Test func aSymbolicLinkIsNotFollowed() throws {
  let folder = Folder()
  _ = try StateWriter.create(path: folder.file, header: header(), instruments: table(1))
  let link = folder.path + "/link"
  try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file)
  check(refusal(link) == .kernel(KernelError(.open, ELOOP)))
}

@Test func theModeIsExactWhateverTheMask() throws {
  let folder = Folder()
  let old = umask(0o077)
  defer { umask(old) }
  for mode in [0o600, 0o640] as [UInt32] {
    _ = try StateWriter.create(
      path: folder.file, header: header(), instruments: table(1), mode: mode)
    let held =
      try FileManager.default.attributesOfItem(atPath: folder.file)[.posixPermissions] as? Int
    #expect(held == Int(mode))
  }
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
  #expect(names == ["state"], "no temporary name is left")
}

@Test func aRestartedCoreIsFollowed() throws {
  let folder = Folder()
  let first = try StateWriter.create(
    path: folder.file, header: header(start: 7), instruments: table(1))
  first.counters(of: id(0)).add(3, to: .trades)
  var reader = try StateReader(path: folder.file)
  let unchanged = try reader.refresh()
  check(!unchanged && reader.count(.trades, of: id(0)) == 3)
  let second = try StateWriter.create(
    path: folder.file, header: header(start: 8), instruments: table(2))
  // Until it refreshes, a reader keeps the whole old file, which the old core may still write.
  first.counters(of: id(0)).add(1, to: .trades)
  check(reader.count(.trades, of: id(0)) == 4 && reader.header.startNumber == 7)
  let changed = try reader.refresh()
  check(changed && reader.header.startNumber == 8 && reader.instrumentCount == 2)
  check(reader.count(.trades, of: id(1)) == 0)
  second.counters(of: id(1)).add(2, to: .trades)
  check(reader.count(.trades, of: id(1)) == 2)
  try FileManager.default.removeItem(atPath: folder.file)
  do {
    _ = try reader.refresh()
    Issue.record("a file that is gone was refreshed")
  } catch { check(error == .kernel(KernelError(.status, ENOENT))) }
  check(reader.count(.trades, of: id(1)) == 2, "the old mapping stays readable")
}

@Test func aReadersPagesCannotBeWritten() throws {
  let folder = Folder()
  _ = try StateWriter.create(path: folder.file, header: header(), instruments: table(1))
  func mappings() throws -> [String] {
    // Foundation sizes a file before it reads it; files of /proc say 0.
    let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
    let text = String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
    return text.split(separator: "\n").filter { $0.hasSuffix(folder.file) }
      .map { String($0.split(separator: " ")[1]) }
  }
  let before = try mappings()
  let reader = try StateReader(path: folder.file)
  let during = try mappings()
  // Used after the look, so that it is mapped during it.
  check(reader.instrumentCount == 1)
  #expect(before.filter { $0 == "r--s" }.isEmpty && during.filter { $0 == "r--s" }.count == 1)
}
