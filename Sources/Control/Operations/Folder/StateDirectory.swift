// The state folder: where everything that outlives a process lies, and who may touch it; control plane.

import CKernel
import Crypto
import Foundation
import Glibc

/// Names and guards of one state folder. The value is only a path: `lock` makes it ours.
public struct StateDirectory: Sendable, Equatable {
  /// Absolute.
  public let path: String

  /// `sun_path` holds 108 bytes, one of them the closing zero.
  public static var socketPathBytesMax: Int { 107 }

  /// Opens the folder, making it (0700) with its parents when it is not there. Refuses one that another
  /// user owns, that others may enter, or that the group may write.
  public init(_ path: String) throws(OperationsError) {
    self.path = StateDirectory.absolute(path)
    do {
      try FileManager.default.createDirectory(
        atPath: self.path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw .system(call: "mkdir", path: self.path, errno: errno)
    }
    try check(self.path)
    for folder in [journalDirectory] {
      if unsafe mkdir(folder, 0o700) != 0 && errno != EEXIST {
        throw .system(call: "mkdir", path: folder, errno: errno)
      }
    }
    for socket in [doorSocket] where socket.utf8.count > StateDirectory.socketPathBytesMax {
      throw .pathTooLong(path: socket, limit: StateDirectory.socketPathBytesMax)
    }
  }

  /// Bearer token of the console's routes, 0600.
  public var tokenFile: String { path + "/token" }
  /// The page's one-time link, 0600.
  public var linkFile: String { path + "/link" }
  /// The core's Unix socket.
  public var doorSocket: String { path + "/door" }
  /// The mapped State file: on tmpfs, because the kernel write-protects the pages of a disk's file
  /// each time it has written them back, and the hot thread's next store would take a fault.
  public var stateFile: String { memoryFile("state") }
  /// A link to it that people find.
  public var stateLink: String { path + "/state" }
  public var journalDirectory: String { path + "/journal" }
  /// The console's database: prompts, decisions, what the journal was read into.
  public var ledgerFile: String { path + "/ledger.sqlite" }
  /// Files of news that are dropped in, where `news.folder` names no other.
  public var newsDirectory: String { path + "/news" }
  /// Held by the running core.
  public var lockFile: String { path + "/lock" }
  public var startNumberFile: String { path + "/start-number" }
  /// The effective configuration that `demo` writes.
  public var configurationFile: String { path + "/llmtrading.yaml" }
  /// The simulated exchange's own folder below this one.
  public var exchangeDirectory: String { path + "/exchange" }

  /// Telemetry rings: on tmpfs, so that they survive the process. In the folder itself where there is no writable
  /// /dev/shm.
  public var rings: RingsFolder {
    let hasMemory = unsafe access("/dev/shm", W_OK | X_OK) == 0
    return RingsFolder(recordPath: path + "/rings", base: hasMemory ? "/dev/shm" : path)
  }

  private func memoryFile(_ kind: String) -> String {
    guard unsafe access("/dev/shm", W_OK | X_OK) == 0 else { return path + "/memory-\(kind)" }
    let digest = SHA256.hash(data: Data(path.utf8)).prefix(8)
    let name = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "/dev/shm/llmtrading-\(geteuid())-\(name)-\(kind)"
  }

  /// Makes `stateLink` point at `stateFile`.
  public func linkState() throws(OperationsError) {
    let fresh = stateLink + ".new"
    _ = unsafe unlink(fresh)
    if unsafe symlink(stateFile, fresh) != 0 || rename(fresh, stateLink) != 0 {
      throw .system(call: "symlink", path: stateLink, errno: errno)
    }
  }

  /// Takes the folder for this process until the lock is released or the process ends, however it ends.
  public func lock() throws(OperationsError) -> StateLock { try StateLock(self) }

  /// The bearer token: 256 random bits as 64 hex digits, made on first use.
  public func token() throws(OperationsError) -> String {
    if unsafe access(tokenFile, F_OK) == 0 {
      let bytes = try PrivateFile.read(tokenFile)
      let text = String(decoding: bytes, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      guard text.utf8.count == 64, text.utf8.allSatisfy({ isxdigit(Int32($0)) != 0 }) else {
        throw .corrupt(path: tokenFile, "is no token; delete it and a new one is made")
      }
      return text
    }
    let text = try StateDirectory.randomText()
    try PrivateFile.replace(tokenFile, with: Array((text + "\n").utf8))
    return text
  }

  /// 256 random bits as 64 hex digits.
  public static func randomText() throws(OperationsError) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let result = unsafe bytes.withUnsafeMutableBytes { unsafe ck_random($0.baseAddress, 32) }
    if result < 0 { throw .system(call: "getrandom", path: "", errno: 0 &- result) }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func check(_ folder: String) throws(OperationsError) {
    var size: Int64 = 0
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var owner: UInt32 = 0
    var mode: UInt32 = 0
    let result = unsafe ck_path_status(folder, &size, &device, &inode, &owner, &mode)
    if result < 0 { throw .system(call: "stat", path: folder, errno: 0 &- result) }
    if mode & 0o170000 != 0o040000 { throw .permissions(path: folder, "is not a folder") }
    if owner != geteuid() { throw .permissions(path: folder, "belongs to another user") }
    if mode & 0o027 != 0 {
      let text = String(mode & 0o7777, radix: 8)
      throw .permissions(path: folder, "has mode \(text); chmod 700 it")
    }
  }

  private static func absolute(_ path: String) -> String {
    var path = path
    if path == "~" || path.hasPrefix("~/") {
      path = NSHomeDirectory() + path.dropFirst()
    }
    return URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
