// The closed choices of the configuration, spelled as in the file; control plane.

/// A key whose value is one of a few words.
public protocol ConfigurationChoice: RawRepresentable, CaseIterable, Sendable, Equatable
where RawValue == String {}

/// Stands in every journal header, log line and page.
public enum TradingEnvironment: String, ConfigurationChoice {
  case simulated, demo, live
}

public enum Region: String, ConfigurationChoice {
  case global, eea, us
}

public enum TopologyChoice: String, ConfigurationChoice {
  case split, fused
}

public enum TransportChoice: String, ConfigurationChoice {
  case auto, uring, epoll
}

public enum Durability: String, ConfigurationChoice {
  /// Written to the page cache: survives the process, not the power.
  case process
  /// fsync a few times a second.
  case interval
  /// fsync of an order's record before the next batch is taken.
  case always
}

public enum StrategyKind: String, ConfigurationChoice {
  case follower, reflex
}

public enum ExpiryAction: String, ConfigurationChoice {
  case hold, flatten
}

/// What is done about orders at work that this desk did not place. They count in its limits in any case.
public enum ForeignOrderChoice: String, ConfigurationChoice {
  case ignore, adopt, cancel, halt
}

/// What goes by REST while the private line cannot be had.
public enum OrderFallbackChoice: String, ConfigurationChoice {
  case none, cancels, closes
}

public enum LogFormat: String, ConfigurationChoice {
  case text, json
}

public enum LogLevel: String, ConfigurationChoice {
  case trace, debug, info, notice, warning, error, critical
}

/// How much of the account a model is shown. Ids never are.
public enum AccountShare: String, ConfigurationChoice {
  /// Nothing.
  case none
  /// Shares of limits and of equity.
  case ratios
  /// Lots, money and own prices too.
  case full
}

/// How a saved prompt comes into use.
public enum PromptPromotion: String, ConfigurationChoice {
  /// With the next call.
  case immediate
  /// Once a comparison with the one in use is complete and somebody promotes it.
  case shadow
}

/// What the console does with replies of models.
public enum CassetteMode: String, ConfigurationChoice {
  case off
  /// Every reply that came whole is appended.
  case record
  /// Every question is answered from what was recorded, in the order it was recorded; nobody is asked.
  case replay
}
