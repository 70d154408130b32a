// What a person does about a code by which OKX refuses a key, a login, or what the account may trade; control plane.

/// Codes of the code table (docs/OKX.md OKX-024, OKX-194, OKX-198).
public enum RefusalHint {
  /// The next step; nil where the code says nothing of clock, key or account. `clockOffsetMilliseconds`: how far our clock was
  /// measured to be ahead of the exchange's, where it was.
  public static func text(_ code: Int32, clockOffsetMilliseconds: Int64? = nil) -> String? {
    if ClockCode.isOne(code) {
      return ClockCode.hint(offsetMilliseconds: clockOffsetMilliseconds)
    }
    switch code {
    case 60_005, 60_032, 50_111, 50_119:
      return
        "the exchange does not know this key: look at okx.credentials.api_key, at environment and region, and "
        + "whether the key was deleted (one bound to no address ends after 14 days without use)"
    case 60_007, 50_113:
      return "the signature does not fit: look at okx.credentials.secret, which is of one key alone"
    case 60_024, 50_105:
      return "the passphrase is not this key's: look at okx.credentials.passphrase"
    case 60_009:
      return
        "the exchange does not say what was wrong: look at key, secret and passphrase, at environment and region, "
        + "and at this machine's clock"
    case 50_101: return "the key is of the other environment: demo keys are made in demo trading"
    case 50_110, 50_121:
      return
        "the key is bound to other addresses: add the one that this machine, or network.proxy, is seen by"
    case 50_035: return "the exchange wants a key that is bound to addresses: bind this one"
    case 50_100: return "the exchange has frozen this key: ask its support"
    case 50_114, 50_120: return "the key lacks a right: it wants reading and trading"
    case 50_103, 50_104, 50_106, 50_107, 60_027:
      return
        "a part of the login was empty: look at the files of okx.credentials, and at what a proxy removes"
    case 54_094:
      return
        "the account has put this underlying into a cool-off, in the exchange's app or on its page: only what reduces "
        + "is taken until it ends"
    case 54_109:
      return
        "the account may not trade this pair yet: open its page in the exchange's app or on its site and press trade "
        + "(since 2026-09-30 pairs against USDC want that once)"
    case 63_999, 60_023: return "the exchange asks for patience: it is tried again by itself"
    default: return nil
    }
  }
}
