// Regions that are files: created whole or opened as they are, shared between processes; seam, start-up only.
import CKernel
import Channels
import Glibc

/// Which file is mapped: two opens of one path differ here when the file was replaced.
public struct FileIdentity: Hashable, Sendable {
  public var device: UInt64
  public var inode: UInt64
  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  /// Of the file that `path` names now (a last symbolic link is not followed).
  public static func of(path: String) throws(KernelError) -> FileIdentity {
    var size: Int64 = 0
    var identity = FileIdentity(device: 0, inode: 0)
    var owner: UInt32 = 0
    var mode: UInt32 = 0
    let result = unsafe path.withCString { text in
      unsafe ck_path_status(text, &size, &identity.device, &identity.inode, &owner, &mode)
    }
    try KernelError.check(.status, result)
    return identity
  }
}

extension MemoryRegion {
  /// Creates `path` with zeros, exactly `byteCount` long and with exactly `mode`, its blocks reserved,
  /// and maps it for reading and writing, every page present. A file of that name is unlinked first,
  /// never truncated: whoever has it mapped keeps it whole.
  public static func create(file path: String, byteCount: Int, mode: UInt32 = 0o600)
    throws(KernelError) -> MemoryRegion
  {
    precondition(byteCount > 0, "Invariant: a region holds at least one byte")
    let opened = unsafe path.withCString { text in
      _ = unsafe ck_unlink(text)
      return unsafe ck_open(text, 1 | 2 | 4, mode)
    }
    let descriptor = try KernelError.check(.open, opened)
    defer { _ = ck_close(descriptor) }
    try KernelError.check(.setMode, ck_set_mode(descriptor, mode))
    try KernelError.check(.resize, ck_resize(descriptor, Int64(byteCount)))
    return try map(descriptor, byteCount: byteCount, writable: true)
  }

  /// Maps the whole of an existing file. A file of 0 bytes throws `map` with EINVAL.
  ///
  /// `onlyOwn`: throws `status` with EPERM where it is not a regular file of this user with exactly mode 0600. What was
  /// opened is looked at, so that nobody can put another in its place.
  public static func open(file path: String, writable: Bool, onlyOwn: Bool = false)
    throws(KernelError) -> (region: MemoryRegion, identity: FileIdentity)
  {
    let opened = unsafe path.withCString { unsafe ck_open($0, writable ? 1 : 0, 0) }
    let descriptor = try KernelError.check(.open, opened)
    defer { _ = ck_close(descriptor) }
    var size: Int64 = 0
    var identity = FileIdentity(device: 0, inode: 0)
    var owner: UInt32 = 0
    var mode: UInt32 = 0
    let result = unsafe ck_file_status(
      descriptor, &size, &identity.device, &identity.inode, &owner, &mode)
    try KernelError.check(.status, result)
    if onlyOwn && (owner != geteuid() || mode & 0o177_777 != 0o100_600) {
      throw KernelError(.status, EPERM)
    }
    let region = try map(descriptor, byteCount: Int(size), writable: writable)
    return (region, identity)
  }

  private static func map(_ descriptor: Int32, byteCount: Int, writable: Bool)
    throws(KernelError) -> MemoryRegion
  {
    var error: Int32 = 0
    guard let base = unsafe ck_map_file(descriptor, byteCount, writable ? 1 : 0, &error) else {
      throw KernelError(.map, error)
    }
    return unsafe MemoryRegion(base: base, byteCount: byteCount, isWritable: writable)
  }

  /// Renames a file, atomically replacing what `to` named.
  public static func rename(file from: String, to: String) throws(KernelError) {
    let result = unsafe from.withCString { from in
      unsafe to.withCString { to in unsafe ck_rename(from, to) }
    }
    try KernelError.check(.rename, result)
  }

  /// Removes a name; that there is none is no error.
  public static func unlink(file path: String) throws(KernelError) {
    let result = unsafe path.withCString { unsafe ck_unlink($0) }
    if result != -2 { try KernelError.check(.unlink, result) }
  }
}
