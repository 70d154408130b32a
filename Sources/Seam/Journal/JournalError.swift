// Why a journal could not be written or read; seam.

import CKernel

public enum JournalError: Error, Hashable, Sendable {
  /// The kernel refused `call` on a path.
  case system(call: String, path: String, code: Int32)
  /// No segment of this stream in the folder.
  case empty
  /// The segment a reader stood in, or was to start in, was removed by the size cap.
  case gone(segment: UInt64)
  /// Not a journal, of another version, or a header whose checksum is wrong.
  case header(segment: UInt64)
  /// A frame that is whole and wrong, or bytes that are no frame, before the end of what was written.
  case corrupt(segment: UInt64, offset: UInt64)
  /// A record larger than a frame or a segment may be.
  case tooLarge(bytes: Int)
  /// The telemetry file is not one, or of another layout.
  case telemetry(String)
}

extension JournalError {
  /// There is no room, or none that this user may take (ENOSPC, EDQUOT).
  public var isDiskFull: Bool {
    if case .system(_, _, let code) = self { return code == 28 || code == 122 }
    return false
  }
}

extension JournalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let call, let path, let code):
      // SAFETY: the shim returns a static, terminated string and never null.
      "\(call) \(path): \(unsafe String(cString: ck_error_text(code))) (errno \(code))"
    case .empty: "no journal here"
    case .gone(let segment): "segment \(segment) is gone"
    case .header(let segment): "segment \(segment): no journal header of this version"
    case .corrupt(let segment, let offset): "segment \(segment) is corrupt at byte \(offset)"
    case .tooLarge(let bytes): "a record of \(bytes) bytes is too large"
    case .telemetry(let reason): "telemetry file: \(reason)"
    }
  }
}
