// The rings between the four stages and to those beside them; made at start, hot plane.

import Channels
import OKX
import Orders
import Quantities
import Risk
import State

/// What fits into each ring: entries, or bytes where the name says so; powers of two.
public struct RingCapacities: Sendable {
  public var marketBytes = 8 << 20
  /// Connections in flight between a stage and its Connector, and what goes back.
  public var handovers = 128
  public var requests = 128
  public var resyncs = 4096
  public var intents = 1024
  public var verdicts = 1024
  public var approved = 1024
  public var limits = 128
  public var reportsToGate = 8192
  public var reportsToBuilder = 8192
  public var queries = 1024
  public var accountBytes = 1 << 20
  public var accountPushes = 256
  public var positionPushes = 8192

  public init() {}
}

/// Every ring has one producer and one consumer, and gives each away once.
package struct StageRings {
  package let market: ByteRing
  package let handovers: SlotRing<SessionHandover>
  package let requests: SlotRing<ConnectorRequest>
  package let privateHandovers: SlotRing<SessionHandover>
  package let privateRequests: SlotRing<ConnectorRequest>
  package let resyncs: SlotRing<ResyncRequest>
  package let intents: SlotRing<Intent>
  package let verdicts: SlotRing<Verdict>
  package let approved: SlotRing<ApprovedOrder>
  package let limits: SlotRing<LimitChange>
  package let toGate: SlotRing<Report>
  package let toBuilder: SlotRing<Report>
  package let queries: SlotRing<AccountQuestion>
  package let account: ByteRing
  package let accountPushes: SlotRing<AccountRecord>
  package let positionPushes: SlotRing<PositionDetailRecord>

  package init(_ capacities: RingCapacities) {
    market = ByteRing(capacity: capacities.marketBytes)
    handovers = SlotRing(capacity: capacities.handovers)
    requests = SlotRing(capacity: capacities.requests)
    privateHandovers = SlotRing(capacity: capacities.handovers)
    privateRequests = SlotRing(capacity: capacities.requests)
    resyncs = SlotRing(capacity: capacities.resyncs)
    intents = SlotRing(capacity: capacities.intents)
    verdicts = SlotRing(capacity: capacities.verdicts)
    approved = SlotRing(capacity: capacities.approved)
    limits = SlotRing(capacity: capacities.limits)
    toGate = SlotRing(capacity: capacities.reportsToGate)
    toBuilder = SlotRing(capacity: capacities.reportsToBuilder)
    queries = SlotRing(capacity: capacities.queries)
    account = ByteRing(capacity: capacities.accountBytes)
    accountPushes = SlotRing(capacity: capacities.accountPushes)
    positionPushes = SlotRing(capacity: capacities.positionPushes)
  }

  /// Gives the memory back: for tests, once nobody holds an end.
  package func unmap() {
    market.unmap()
    handovers.unmap()
    requests.unmap()
    privateHandovers.unmap()
    privateRequests.unmap()
    resyncs.unmap()
    intents.unmap()
    verdicts.unmap()
    approved.unmap()
    limits.unmap()
    toGate.unmap()
    toBuilder.unmap()
    queries.unmap()
    account.unmap()
    accountPushes.unmap()
    positionPushes.unmap()
  }
}
