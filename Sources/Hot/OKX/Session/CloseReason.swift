// What OKX's own close codes say (docs/OKX.md OKX-009); hot plane, the words for people.

/// Codes of a close frame, from 4001 on.
public enum CloseReason {
  /// The key is at fault: dialled again at once the exchange would say the same again.
  @_noLocks
  public static func isOfLogin(_ code: UInt16) -> Bool { code == 4001 || code == 4007 }

  /// For people; nil where the code is none of OKX's own.
  public static func text(_ code: UInt16) -> String? {
    switch code {
    case 1009: "a request of ours was too large"
    case 4001: "the login failed: look at okx.credentials, at environment and region"
    case 4002: "a request of ours has bad parameters"
    case 4003: "more accounts than one connection may log in"
    case 4004: "nothing was said for 30 s"
    case 4005: "this machine reads too slowly: look at its load and its network"
    case 4006: "the exchange calls the connection abnormal"
    case 4007: "the key was changed: look at it on the exchange, and at okx.credentials"
    case 4008, 4009:
      "more channels than one connection may have: spread okx.instruments over more lines"
    default: nil
    }
  }
}
