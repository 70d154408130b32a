// Codes by which OKX says that a request's time is not its own; control plane.

public enum ClockCode {
  /// Signed requests are good for 30 s around the server's time (OKX-021, OKX-170).
  public static func isOne(_ code: Int32) -> Bool {
    [60_004, 60_006, 50_102, 50_112].contains(code)
  }

  /// What a person should look at first. `offsetMilliseconds`: how far ours was measured to be ahead of the exchange's.
  public static func hint(offsetMilliseconds: Int64?) -> String {
    guard let offset = offsetMilliseconds else {
      return "this machine's clock is off the exchange's: run chrony or ntpd"
    }
    return
      "this machine's clock is \(offset.magnitude) ms \(offset < 0 ? "behind" : "ahead of") the exchange's as "
      + "measured: run chrony or ntpd"
  }
}
