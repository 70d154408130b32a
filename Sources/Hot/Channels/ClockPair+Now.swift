// The clock pair's reading; control plane.
import CKernel
import Quantities

extension ClockPair {
  /// Both clocks now, one right after the other.
  public static func now() -> ClockPair {
    ClockPair(monotonic: .now(), wallNanoseconds: ck_now_wall_ns())
  }
}
