// Codes by which OKX says that a request's time is not its own; control plane.

public enum ClockCode {
  /// What a person should look at first; nil where the code says nothing of a clock. Signed requests are good for 30 s
  /// around the server's time (OKX-021, OKX-170).
  public static func hint(_ code: Int32) -> String? {
    switch code {
    case 60_004, 60_006, 50_102: "this machine's clock is off the exchange's: set it (NTP)"
    default: nil
    }
  }
}
