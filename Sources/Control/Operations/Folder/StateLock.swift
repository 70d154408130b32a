// The one running core of a state folder, and the start numbers only it may draw; control plane.

import CKernel
import Channels
import Glibc
import Quantities

/// Held by an flock on `lock`: the kernel releases it when the process ends, however it ends.
public final class StateLock: Sendable {
  public let directory: StateDirectory
  private let descriptor: Int32

  init(_ directory: StateDirectory) throws(OperationsError) {
    self.directory = directory
    let path = directory.lockFile
    let descriptor = unsafe ck_open(path, 1 | 2, 0o600)
    if descriptor < 0 { throw .system(call: "open", path: path, errno: 0 &- descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = errno
      _ = ck_close(descriptor)
      if error != EWOULDBLOCK { throw .system(call: "flock", path: path, errno: error) }
      let held = try? PrivateFile.read(path)
      let process = held.flatMap {
        Int32(String(decoding: $0, as: UTF8.self).prefix { $0 != "\n" })
      }
      throw .alreadyRunning(path: directory.path, process: process)
    }
    self.descriptor = descriptor
    // For people only: who holds the lock.
    if ftruncate(descriptor, 0) == 0 {
      try PrivateFile.write(Array("\(getpid())\n".utf8), to: descriptor, path: path)
    }
  }

  deinit { _ = ck_close(descriptor) }

  /// This run's start number, on disk before it is returned: no order id of any earlier run can come
  /// again. A fresh folder begins at the minutes since 2026, so that a lost folder does not repeat the
  /// ids of orders that may still be open.
  public func nextStartNumber() throws(OperationsError) -> UInt32 {
    let path = directory.startNumberFile
    var next: UInt32
    if let last = try directory.lastStartNumber() {
      if last >= ClientOrderID.startMax { throw .startNumbersExhausted(path: path) }
      next = last + 1
    } else {
      let minutes = (WallMilliseconds.now().milliseconds - 1_767_225_600_000) / 60_000
      next = UInt32(clamping: max(1, min(minutes, Int64(ClientOrderID.startMax) / 2)))
    }
    try PrivateFile.replace(path, with: Array("\(next)\n".utf8))
    return next
  }
}

extension StateDirectory {
  /// The newest start's number; nil where none ever started here.
  public func lastStartNumber() throws(OperationsError) -> UInt32? {
    let path = startNumberFile
    if unsafe access(path, F_OK) != 0 { return nil }
    let text = String(decoding: try PrivateFile.read(path), as: UTF8.self)
    guard text.hasSuffix("\n"), let last = UInt32(text.dropLast()), last > 0 else {
      throw .corrupt(
        path: path, "is no start number; order ids must not repeat, so this is fatal")
    }
    return last
  }
}
