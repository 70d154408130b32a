// Where telemetry rings lie: a place that only the state folder names, and nothing there is believed that is not ours.

import Foundation
import Glibc
import Operations
import Testing

@Suite struct RingsFolderTests {
  let directory: StateDirectory
  private let scratch: Scratch

  init() throws {
    scratch = Scratch()
    directory = try StateDirectory(scratch.path + "/desk")
  }

  private var rings: RingsFolder { directory.rings }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  /// A start that left a file; its path.
  private func leave(_ start: UInt32 = 5) throws -> String {
    let path = try rings.claim(start: start)
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data([1]), attributes: [.posixPermissions: 0o600]))
    return path
  }

  private func isDistrusted(_ word: String) -> Bool {
    guard case .distrusted(let reason) = rings.left() else { return false }
    return reason.contains(word)
  }

  /// What a test left on tmpfs.
  private func sweep(_ path: String) {
    try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
  }

  @Test func theNameCannotBeGuessedAndOnlyWeMayEnter() throws {
    #expect(rings.left() == .nothing)
    let path = try leave()
    defer { sweep(path) }
    let folder = (path as NSString).deletingLastPathComponent
    let name = (folder as NSString).lastPathComponent
    #expect(name.hasPrefix("llmtrading-") && name.count == "llmtrading-".count + 64)
    #expect(mode(folder) == 0o700 && mode(rings.recordPath) == 0o600)
    #expect(rings.recordPath == directory.path + "/rings")
    #expect(rings.left() == .file(path: path, start: 5))
    // Another desk has another.
    let other = try StateDirectory(scratch.path + "/other").rings
    let its = try other.claim(start: 5)
    #expect(its != path)
    sweep(its)
  }

  @Test func anOrderlyEndLeavesNothing() throws {
    let path = try leave()
    try FileManager.default.removeItem(atPath: path)
    rings.release()
    #expect(rings.left() == .nothing)
    #expect(!FileManager.default.fileExists(atPath: (path as NSString).deletingLastPathComponent))
    let next = try rings.claim(start: 6)
    #expect(next != path)
    sweep(next)
  }

  /// After a crash the next start takes what was left, and then has the folder for itself.
  @Test func aFolderThatIsEmptiedIsTakenAgain() throws {
    let path = try leave()
    defer { sweep(path) }
    try FileManager.default.removeItem(atPath: path)
    #expect(try rings.claim(start: 6) == path)
    #expect(
      FileManager.default.createFile(
        atPath: path, contents: Data([1]), attributes: [.posixPermissions: 0o600]))
    #expect(rings.left() == .file(path: path, start: 6))
  }

  @Test func aFileUnderAGuessableNameIsNobodys() throws {
    let state = directory.stateFile
    let guess = state.replacingOccurrences(of: "-state", with: "-rings")
    #expect(
      FileManager.default.createFile(
        atPath: guess, contents: Data([1]), attributes: [.posixPermissions: 0o600]))
    defer { _ = Unix.remove(guess) }
    #expect(rings.left() == .nothing)
  }

  @Test(arguments: [0o644, 0o660, 0o604] as [mode_t])
  func whatOthersMayTouchIsNotBelieved(bits: mode_t) throws {
    let path = try leave()
    defer { sweep(path) }
    #expect(Unix.setMode(path, bits))
    #expect(isDistrusted("has mode"))
    #expect(Unix.setMode(path, 0o600))
    let folder = (path as NSString).deletingLastPathComponent
    #expect(Unix.setMode(folder, bits | 0o111))
    #expect(isDistrusted("has mode"))
    #expect(Unix.setMode(folder, 0o700))
    #expect(Unix.setMode(rings.recordPath, bits))
    #expect(isDistrusted("has mode"))
    #expect(Unix.setMode(rings.recordPath, 0o600))
    #expect(rings.left() == .file(path: path, start: 5))
  }

  @Test func linksAreNotFollowed() throws {
    let path = try leave()
    defer { sweep(path) }
    let folder = (path as NSString).deletingLastPathComponent
    #expect(Unix.move(path, to: folder + "/real"))
    #expect(Unix.link(folder + "/real", at: path))
    #expect(isDistrusted("is not a regular file"))
    #expect(Unix.remove(path) && Unix.move(folder + "/real", to: path))
    #expect(Unix.move(folder, to: folder + "-real"))
    #expect(Unix.link(folder + "-real", at: folder))
    #expect(isDistrusted("is not a folder"))
    #expect(Unix.remove(folder) && Unix.move(folder + "-real", to: folder))
    #expect(Unix.move(rings.recordPath, to: rings.recordPath + "-real"))
    #expect(Unix.link(rings.recordPath + "-real", at: rings.recordPath))
    #expect(isDistrusted("open"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func whatBelongsToAnotherIsNotBelieved() throws {
    let path = try leave()
    defer { sweep(path) }
    #expect(Unix.give(path, to: 65_534))
    #expect(isDistrusted("belongs to another user"))
    #expect(Unix.give(path, to: 0))
    let folder = (path as NSString).deletingLastPathComponent
    #expect(Unix.give(folder, to: 65_534))
    #expect(isDistrusted("belongs to another user"))
  }

  @Test(arguments: [
    "", "/dev/shm\n5\n", "/etc/llmtrading-x\n5\n", "/dev/shm/llmtrading-x/../y\n5\n",
    "/dev/shm/llmtrading-x\n0\n", "/dev/shm/llmtrading-x\n", "/dev/shm/llmtrading-x\n5",
    "/dev/shm/llmtrading-x\n5\nmore\n",
  ])
  func aRecordThatNamesNoFolderOfRingsIsNotBelieved(text: String) throws {
    _ = scratch.file("desk/rings", text)
    #expect(isDistrusted("names no folder"))
  }

  /// What is not believed stays for a person to look at; the new start has a place of its own.
  @Test func theEvidenceStays() throws {
    let path = try leave()
    defer { sweep(path) }
    #expect(Unix.setMode(path, 0o644))
    let next = try rings.claim(start: 6)
    defer { sweep(next) }
    #expect(next != path && FileManager.default.fileExists(atPath: path))
    #expect(rings.left() == .nothing)
  }
}

/// Calls whose pointers expectations cannot hold; true when done.
private enum Unix {
  static func setMode(_ path: String, _ mode: mode_t) -> Bool { unsafe chmod(path, mode) == 0 }
  static func link(_ target: String, at path: String) -> Bool { unsafe symlink(target, path) == 0 }
  static func move(_ from: String, to: String) -> Bool { unsafe rename(from, to) == 0 }
  static func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 }
  static func give(_ path: String, to owner: uid_t) -> Bool {
    unsafe chown(path, owner, owner) == 0
  }
}
