// A little room on the state folder's disk, kept for a start on a full one; control plane.

import CKernel
import Glibc

extension StateDirectory {
  /// Given up by a start that finds the disk full, so that lock, start number and a small journal find a place.
  public var reserveFile: String { path + "/reserve" }

  static let reserveBytes: Int64 = 512 << 10
  /// Less than this is a full disk.
  static let roomBytesMin: UInt64 = 256 << 10

  private var freeBytes: UInt64 {
    var status = statvfs()
    if unsafe statvfs(path, &status) != 0 { return .max }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  /// Before the lock is taken. True: the disk was full, and the reserve is given up.
  public func makeRoom() -> Bool {
    if freeBytes >= StateDirectory.roomBytesMin { return false }
    return unsafe unlink(reserveFile) == 0
  }

  /// Once the start has what it needs: kept aside again, where the disk can.
  public func keepRoom() {
    let isKept = unsafe access(reserveFile, F_OK) == 0
    let needed = StateDirectory.roomBytesMin + UInt64(StateDirectory.reserveBytes)
    if isKept || freeBytes < needed { return }
    let descriptor = unsafe ck_open(reserveFile, 1 | 2, 0o600)
    if descriptor < 0 { return }
    let result = ck_resize(descriptor, StateDirectory.reserveBytes)
    _ = ck_close(descriptor)
    if result < 0 { _ = unsafe unlink(reserveFile) }
  }
}
