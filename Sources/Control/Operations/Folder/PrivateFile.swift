// Small files that only their owner may see: written whole and durably, read only when nobody else could have; control plane.

import CKernel
import Glibc

/// Reads and writes whole files of at most `bytesMax` bytes.
public enum PrivateFile {
  static var bytesMax: Int { 65_536 }

  /// Opens, checks that it is a regular file, ours (or root's), and closed to group and others; reads it.
  public static func read(_ path: String) throws(OperationsError) -> [UInt8] {
    let descriptor = unsafe ck_open(path, 0, 0)
    if descriptor < 0 {
      throw .system(call: "open", path: path, errno: 0 &- descriptor)
    }
    defer { _ = ck_close(descriptor) }
    var size: Int64 = 0
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var owner: UInt32 = 0
    var mode: UInt32 = 0
    let result = unsafe ck_file_status(descriptor, &size, &device, &inode, &owner, &mode)
    if result < 0 { throw .system(call: "fstat", path: path, errno: 0 &- result) }
    if mode & 0o170000 != 0o100000 { throw .permissions(path: path, "is not a regular file") }
    if owner != geteuid() && owner != 0 {
      throw .permissions(path: path, "belongs to another user")
    }
    if mode & 0o077 != 0 {
      let text = String(mode & 0o7777, radix: 8)
      throw .permissions(path: path, "has mode \(text); chmod 600 it: nobody else may read it")
    }
    if size > Int64(bytesMax) { throw .corrupt(path: path, "is larger than \(bytesMax) bytes") }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    var count = 0
    while count < bytesMax {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress! + count, bytesMax - count)
      }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw .system(call: "read", path: path, errno: errno) }
      if got == 0 { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }

  /// Replaces the file: 0600, on disk before it has its name, and its name on disk before this returns.
  static func replace(_ path: String, with bytes: [UInt8]) throws(OperationsError) {
    let fresh = path + ".new"
    let removed = unsafe ck_unlink(fresh)
    if removed < 0 && removed != 0 &- ENOENT {
      throw .system(call: "unlink", path: fresh, errno: 0 &- removed)
    }
    let descriptor = unsafe ck_open(fresh, 1 | 2 | 4, 0o600)
    if descriptor < 0 { throw .system(call: "create", path: fresh, errno: 0 &- descriptor) }
    defer { _ = ck_close(descriptor) }
    try write(bytes, to: descriptor, path: fresh)
    let synced = ck_sync(descriptor)
    if synced < 0 { throw .system(call: "fsync", path: fresh, errno: 0 &- synced) }
    let renamed = unsafe ck_rename(fresh, path)
    if renamed < 0 { throw .system(call: "rename", path: path, errno: 0 &- renamed) }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let known = unsafe ck_sync_folder(folder.isEmpty ? "/" : folder)
    if known < 0 { throw .system(call: "fsync", path: folder, errno: 0 &- known) }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(OperationsError) {
    var sent = 0
    while sent < bytes.count {
      let wrote = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + sent, bytes.count - sent)
      }
      if wrote < 0 && errno == EINTR { continue }
      if wrote < 0 { throw .system(call: "write", path: path, errno: errno) }
      sent += wrote
    }
  }
}
