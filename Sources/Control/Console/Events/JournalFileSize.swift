// Bytes of a journal file; control plane.
import Foundation

enum JournalFileSize {
  /// 0 where it cannot be told.
  static func of(_ path: String) -> UInt64 {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size]
    return (size as? NSNumber)?.uint64Value ?? 0
  }
}
