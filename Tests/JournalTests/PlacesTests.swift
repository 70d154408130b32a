// Where each case of a recorded enum stands: a journal of years ago must read the same tomorrow.
import Journal
import Quantities
import Testing

/// Case names by the byte that stands for them in a record.
private func places<Code: CaseIterable & BitwiseCopyable>(_: Code.Type) -> String {
  Code.allCases.map { code in
    let byte = unsafe withUnsafeBytes(of: code) { unsafe $0[0] }
    return "\(byte) \(code)"
  }.joined(separator: ", ")
}

/// New cases go to the end; none moves or goes.
@Test(arguments: [
  (places(Side.self), "0 buy, 1 sell"),
  (places(Urgency.self), "0 low, 1 normal, 2 high"),
  (
    places(ReportKind.self),
    """
    0 sent, 1 acknowledged, 2 live, 3 fill, 4 cancelled, 5 rejected, 6 unknown, 7 filled, \
    8 cancelRejected, 9 position, 10 tradingState, 11 session, \
    12 sellable, 13 fillNamed, 14 instrument
    """
  ),
  (places(TradingState.self), "0 active, 1 reduceOnly, 2 cancelOnly, 3 halted"),
  (
    places(StopSource.self),
    "0 person, 1 breaker, 2 durability, 3 supervisor, 4 startup, 5 reconcile, 6 exchange"
  ),
  (places(IntentKind.self), "0 place, 1 cancel"),
  (places(OrderType.self), "0 limit, 1 postOnly, 2 immediateOrCancel"),
  (places(SignalSource.self), "0 none, 1 manual, 2 agent, 3 scripted"),
  (
    places(MarketMessageKind.self),
    """
    0 snapshot, 1 update, 2 heartbeat, 3 reset, 4 invalid, 5 trade, 6 bestBidOffer
    """
  ),
  (
    places(MarketChannel.self),
    """
    0 none, 1 books, 2 books50, 3 booksTbt, 4 bestBidOffer, 5 trades
    """
  ),
  (
    places(RefusalCode.self),
    """
    0 approved, 1 tradingState, 2 notAllowed, 3 notTradable, 4 orderSize, 5 orderNotional, \
    6 belowMinimum, 7 priceCollar, 8 invalidIntent, 9 notionalOverflow, 10 position, 11 \
    openOrders, 12 reduceOnly, 13 ownCross, 14 unknownOrder, 15 orderRate, 16 staleBook, \
    17 invalidBook, 18 exchangeAge, 19 missingLimit, 20 queueFull, 21 noSession, 22 \
    orderTableFull, 23 journalFull, 24 idsExhausted, 25 encoding, 26 exchangeRejected
    """
  ),
  (
    places(FaultCode.self),
    """
    0 none, 1 protocolError, 2 invalidUTF8, 3 messageTooLarge, 4 upgradeRefused, 5 \
    closedByPeer, 6 connectionLost, 7 tlsFailure, 8 certificate, 9 connectTimeout, 10 \
    proxyRefused, 11 resolveFailure, 12 malformedJSON, 13 missingField, 14 wrongType, 15 \
    numberRange, 16 offIncrement, 17 unknownInstrument, 18 unknownChannel, 19 \
    tooManyLevels, 20 unknownEvent, 21 tooManyItems, 22 unknownCurrency, 23 \
    subscribeRefused, 24 loginRefused, 25 idle, 26 notice, 27 connectionLimit, 28 \
    requestRefused, 29 sequenceGap, 30 snapshotTimeout, 31 checksumMismatch, 32 \
    crossedBook, 33 bookTooDeep, 34 bookUnsorted, 35 ringFull, 36 writeOverflow, 37 \
    unmatchedReply, 38 unmatchedPush, 39 foreignMode, 40 balanceGap, 41 averageGap, 42 instrumentChanged, \
    43 notEncodable
    """
  ),
  (places(JournalStream.self), "0 trade, 1 market"),
  (places(JournalEnvironment.self), "0 unknown, 1 simulated, 2 demo, 3 live"),
])
func casesKeepTheirPlaces(found: String, pinned: String) {
  #expect(found.hasPrefix(pinned) && !pinned.isEmpty, "\(found)")
}
