// What the kernel refused, as a value; start-up and control plane.
import CKernel

/// A system call's error: which one, and its errno.
public struct KernelError: Error, Hashable, Sendable {
  public enum Call: String, Sendable {
    case open, map, resize, rename, unlink, status, setMode, sync, eventfd, poll, affinity, lock
    case random, bootID
  }
  public var call: Call
  /// The errno, positive.
  public var code: Int32

  public init(_ call: Call, _ code: Int32) {
    self.call = call
    self.code = code
  }

  /// Turns a CKernel result (negative: -errno) into a value or a throw.
  @inlinable
  @discardableResult
  public static func check<Result: SignedInteger>(_ call: Call, _ result: Result)
    throws(KernelError) -> Result
  {
    if result < 0 { throw KernelError(call, Int32(truncatingIfNeeded: 0 - result)) }
    return result
  }
}

extension KernelError: CustomStringConvertible {
  public var description: String {
    // SAFETY: strerrordesc_np returns a static, terminated string; the shim never returns null.
    let text = unsafe String(cString: ck_error_text(code))
    return "\(call.rawValue): \(text) (errno \(code))"
  }
}
