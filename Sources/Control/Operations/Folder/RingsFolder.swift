// Where a desk's telemetry rings lie between two starts, so that nobody else can put any there; control plane of the core.

import CKernel
import Glibc

/// What an earlier start left behind.
public enum RingsLeft: Sendable, Equatable {
  /// It ended in order, or the machine was started anew since.
  case nothing
  /// A file in a folder that is ours alone; only the rings of `start` are to be believed.
  case file(path: String, start: UInt32)
  /// Not what we put there: nothing of it may be believed.
  case distrusted(String)
}

/// What the rings hold becomes part of the journal: whoever could place a file here would write the desk's history
/// and could lift its stops. So the file lies on tmpfs in a folder of ours (0700) with a name of 256 random bits, and
/// `rings` in the state folder (0600) says which folder it is and whose rings are in it. One process holds the
/// state folder's lock while it calls any of this.
public struct RingsFolder: Sendable, Equatable {
  /// The file in the state folder: the folder's path, then the number of the start it was made for, a line each.
  public let recordPath: String
  /// Where folders are made: tmpfs, so that they outlive the process and cost no disk.
  private let base: String

  private static let prefix = "llmtrading-"
  private static let fileName = "rings"

  init(recordPath: String, base: String) {
    self.recordPath = recordPath
    self.base = base
  }

  /// Looks, and changes nothing.
  public func left() -> RingsLeft {
    let record: (folder: String, start: UInt32)
    do throws(OperationsError) {
      guard let found = try recorded() else { return .nothing }
      record = found
    } catch { return .distrusted("\(error)") }
    do throws(OperationsError) {
      guard try RingsFolder.isOurs(record.folder, kind: 0o040000, mode: 0o700) else {
        return .nothing
      }
      let file = record.folder + "/" + RingsFolder.fileName
      guard try RingsFolder.isOurs(file, kind: 0o100000, mode: 0o600) else { return .nothing }
      return .file(path: file, start: record.start)
    } catch { return .distrusted("\(error)") }
  }

  /// The path of this start's file, its folder made and on record first. Call when what was left is in the journal,
  /// or was found not to be ours: then it stays where it is, for a person to look at.
  public func claim(start: UInt32) throws(OperationsError) -> String {
    let known = (try? recorded())?.folder
    if let known, left() == .nothing,
      (try? RingsFolder.isOurs(known, kind: 0o040000, mode: 0o700)) == true
    {
      try write(known, start)
      return known + "/" + RingsFolder.fileName
    }
    let folder = base + "/" + RingsFolder.prefix + (try StateDirectory.randomText())
    try write(folder, start)
    if unsafe mkdir(folder, 0o700) != 0 {
      throw .system(call: "mkdir", path: folder, errno: errno)
    }
    return folder + "/" + RingsFolder.fileName
  }

  /// After the file was removed: an empty folder goes too.
  public func release() {
    guard let folder = (try? recorded())?.folder else { return }
    _ = unsafe rmdir(folder)
  }

  /// Nil where there is no record.
  private func recorded() throws(OperationsError) -> (folder: String, start: UInt32)? {
    let bytes: [UInt8]
    do throws(OperationsError) { bytes = try PrivateFile.read(recordPath) } catch {
      if case .system("open", _, ENOENT) = error { return nil }
      throw error
    }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 3, lines[2].isEmpty, let start = UInt32(lines[1]), start > 0,
      let name = lines[0].split(separator: "/").last, name.hasPrefix(RingsFolder.prefix),
      lines[0] == "\(base)/\(name)"
    else { throw .corrupt(path: recordPath, "names no folder of rings") }
    return (String(lines[0]), start)
  }

  private func write(_ folder: String, _ start: UInt32) throws(OperationsError) {
    try PrivateFile.replace(recordPath, with: Array("\(folder)\n\(start)\n".utf8))
  }

  /// False where there is nothing of that name; throws where it is another's, another thing, or open to others.
  /// A symbolic link is another thing.
  private static func isOurs(_ path: String, kind: UInt32, mode wanted: UInt32)
    throws(OperationsError) -> Bool
  {
    var size: Int64 = 0
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var owner: UInt32 = 0
    var mode: UInt32 = 0
    let result = unsafe ck_path_status(path, &size, &device, &inode, &owner, &mode)
    if result == 0 &- ENOENT { return false }
    if result < 0 { throw .system(call: "lstat", path: path, errno: 0 &- result) }
    if mode & 0o170000 != kind {
      throw .permissions(
        path: path, kind == 0o040000 ? "is not a folder" : "is not a regular file")
    }
    if owner != geteuid() { throw .permissions(path: path, "belongs to another user") }
    if mode & 0o7777 != wanted {
      let text = String(mode & 0o7777, radix: 8)
      throw .permissions(path: path, "has mode \(text) and not \(String(wanted, radix: 8))")
    }
    return true
  }
}
