// The stable codes that stages report in: trading states, refusals, faults; read by every plane.

/// What the sender lets through (docs/ARCHITECTURE.md). Larger is more restrictive.
@frozen
public enum TradingState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case active = 0
  /// Cancels, amends down, and orders that shrink the position counting open orders.
  case reduceOnly = 1
  /// Cancels only; on entry all working orders are cancelled.
  case cancelOnly = 2
  /// On entry cancel all once, then only cancels of orders found live.
  case halted = 3
}

/// Who asked for a trading state; each source owns its own request and the most restrictive holds.
@frozen
public enum StopSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case person = 0
  case breaker = 1
  case durability = 2
  case supervisor = 3
  case startup = 4
  /// What the account holds is not known, or differs from what we count: the Sender's own, of start-up and of every
  /// loss of the private line, and per instrument of a difference that stays.
  case reconcile = 5
  /// What the exchange itself is not ready for, or our clock: suspended instruments, maintenance. It ends by itself.
  case exchange = 6
}

/// Why a gate, sender or exchange refused an order. Names and numbers are an interface (docs/RISK.md).
@frozen
public enum RefusalCode: UInt16, Error, Sendable, BitwiseCopyable, CaseIterable {
  case approved = 0
  // Gate: trading state and permission
  case tradingState = 1
  case notAllowed = 2
  case notTradable = 3
  // Gate: the order itself
  case orderSize = 10
  case orderNotional = 11
  case belowMinimum = 12
  case priceCollar = 13
  case invalidIntent = 14
  case notionalOverflow = 15
  // Gate: exposure
  case position = 20
  case openOrders = 21
  case reduceOnly = 22
  case ownCross = 23
  case unknownOrder = 24
  // Gate: pace
  case orderRate = 30
  // Gate: the market it was decided on
  case staleBook = 40
  case invalidBook = 41
  case exchangeAge = 42
  // Limits themselves
  case missingLimit = 50
  // Plumbing
  case queueFull = 60
  case noSession = 61
  case orderTableFull = 62
  case journalFull = 63
  case idsExhausted = 64
  case encoding = 65
  // Exchange
  case exchangeRejected = 70
}

/// Bad input and broken connections, each counted and logged by code. Numbers are an interface.
@frozen
public enum FaultCode: UInt16, Error, Sendable, BitwiseCopyable, CaseIterable {
  case none = 0
  // Wire
  case protocolError = 1
  case invalidUTF8 = 2
  case messageTooLarge = 3
  case upgradeRefused = 4
  case closedByPeer = 5
  case connectionLost = 6
  case tlsFailure = 7
  case certificate = 8
  case connectTimeout = 9
  case proxyRefused = 10
  case resolveFailure = 11
  // OKX decoding
  case malformedJSON = 20
  case missingField = 21
  case wrongType = 22
  case numberRange = 23
  case offIncrement = 24
  case unknownInstrument = 25
  case unknownChannel = 26
  case tooManyLevels = 27
  case unknownEvent = 28
  /// A message with more items than one message may carry.
  case tooManyItems = 29
  case unknownCurrency = 30
  // OKX session
  case subscribeRefused = 40
  case loginRefused = 41
  case idle = 42
  case notice = 43
  case connectionLimit = 44
  /// An error event answered one of our order operations.
  case requestRefused = 45
  // Book
  case sequenceGap = 60
  case snapshotTimeout = 61
  case checksumMismatch = 62
  case crossedBook = 63
  case bookTooDeep = 64
  case bookUnsorted = 65
  // Plumbing
  case ringFull = 80
  case writeOverflow = 81
  case unmatchedReply = 82
  case unmatchedPush = 83
  /// A row of isolated margin, of a long or short side: it is not of this desk's position.
  case foreignMode = 31
  // Money
  /// A bill's balance does not go on from the one before it.
  case balanceGap = 84
  /// A position's average price is not what its fills give.
  case averageGap = 85
  // Instruments
  /// The exchange changed an instrument's ticks or lots: its book is fetched anew.
  case instrumentChanged = 86
  /// An order or a cancel of ours cannot be written: its instrument has no code, or a figure of it no text.
  case notEncodable = 87
}
