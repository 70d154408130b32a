// The fields that OKX's documents show in rows of balances and positions (docs/OKX.md OKX-165); control plane.

enum DocumentedFields {
  /// Trading Account › GET / Balance, the account's own (read 2026-11-30).
  static let balance = words(
    """
    adjEq availEq borrowFroz delta deltaLever deltaNeutralStatus details imr isoEq mgnRatio mmr \
    notionalUsd notionalUsdForBorrow notionalUsdForFutures notionalUsdForOption notionalUsdForSwap \
    ordFroz totalEq uTime upl
    """)

  /// As above, of a currency.
  static let currency = words(
    """
    autoLendStatus autoLendMtAmt availBal availEq borrowFroz cashBal ccy crossLiab colRes \
    collateralEnabled collateralRestrict colBorrAutoConversion disEq eq eqUsd smtSyncEq \
    spotCopyTradingEq fixedBal frozenBal frpType imr interest isoEq isoLiab isoUpl liab maxLoan \
    mgnRatio mmr notionalLever ordFrozen rewardBal spotInUseAmt clSpotInUseAmt maxSpotInUse \
    spotIsoBal stgyEq twap uTime upl uplLiab spotBal openAvgPx accAvgPx spotUpl spotUplRatio \
    totalPnl totalPnlRatio
    """)

  /// Trading Account › GET / Positions (read 2026-11-30).
  static let position = words(
    """
    adl availPos avgPx baseBal baseBorrowed baseInterest bePx bizRefId bizRefType cTime ccy \
    clSpotInUseAmt closeOrderAlgo deltaBS deltaPA fee fundingFee gammaBS gammaPA hedgedPos idxPx \
    imr instId instType interest last lever liab liabCcy liqPenalty liqPx margin markPx \
    maxSpotInUseAmt mgnMode mgnRatio mmr notionalUsd optVal pendingCloseOrdLiabVal pnl pos posCcy \
    posId posSide quoteBal quoteBorrowed quoteInterest realizedPnl spotInUseAmt spotInUseCcy \
    thetaBS thetaPA tradeId uTime upl uplLastPx uplRatio uplRatioLastPx usdPx vegaBS vegaPA \
    nonSettleAvgPx settledPnl
    """)

  private static func words(_ text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }
}
