// A range of memory that channels lie in: anonymous, or a mapped file; made at start, used by the hot plane.
import CKernel

/// A range of mapped memory. A handle: copies mean the same bytes, nothing is freed by itself.
///
/// Regions are made once at start and live until the process ends; `unmap()` exists for tests and tools.
@safe @frozen
public struct MemoryRegion: @unchecked Sendable {
  // SAFETY: the range stays mapped until `unmap()`, after which nobody may use a copy of this handle;
  // who may write which bytes is said by the channel that is laid over them.
  public let base: UnsafeMutableRawPointer
  public let byteCount: Int
  public let isWritable: Bool

  @inlinable
  public init(base: UnsafeMutableRawPointer, byteCount: Int, isWritable: Bool = true) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
    self.isWritable = isWritable
  }

  /// Zeroed private memory, every page present.
  public static func anonymous(byteCount: Int) throws(KernelError) -> MemoryRegion {
    precondition(byteCount > 0, "Invariant: a region holds at least one byte")
    let size = roundedToPages(byteCount)
    var error: Int32 = 0
    guard let base = unsafe ck_map_anonymous(size, &error) else { throw KernelError(.map, error) }
    return unsafe MemoryRegion(base: base, byteCount: size)
  }

  /// The part of this region from `offset` on. Offsets of channels are multiples of 128.
  @inlinable
  public func slice(at offset: Int, byteCount: Int) -> MemoryRegion {
    precondition(
      offset >= 0 && byteCount >= 0 && offset <= self.byteCount
        && byteCount <= self.byteCount - offset,
      "Invariant: a slice lies inside its region")
    return unsafe MemoryRegion(base: base + offset, byteCount: byteCount, isWritable: isWritable)
  }

  @inlinable public func isAligned(to alignment: Int) -> Bool {
    unsafe UInt(bitPattern: base) % UInt(alignment) == 0
  }

  /// Best effort: keeps the pages in memory. False where the limit forbids it.
  @discardableResult
  public func lock() -> Bool { unsafe ck_lock_memory(base, byteCount) == 0 }

  /// Gives the memory back. No handle over it may be used afterwards.
  public func unmap() { unsafe _ = ck_unmap(base, byteCount) }

  static func roundedToPages(_ byteCount: Int) -> Int {
    let page = Int(ck_page_size())
    return (byteCount + page - 1) / page * page
  }
}
