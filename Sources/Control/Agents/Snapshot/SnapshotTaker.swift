// Takes snapshots from State, and watches it for events; control plane.
import Channels
import Foundation
import Glibc
import Journal
import Ledger
import Operations
import Quantities
import Roles
import State

/// The one reader of State for all cycles. `sample` is called once a second; it remembers mids, so that there
/// are series where there are no bars yet.
/// Runs on a thread of its own: State is a file.
public actor SnapshotTaker {
  private let executor = BlockingExecutor("snapshots")
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the executor lives as long as its actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  private let path: String
  let configuration: Configuration
  private var reader: StateReader?
  private var tracks: [String: PriceEvents] = [:]
  private var peak = EquityPeak()

  /// Without a sign of life for so long a core counts as down.
  static let silenceNanoseconds: Int64 = 3_000_000_000
  public static let sampleMilliseconds: Int64 = 1_000

  /// - Parameter path: the state file.
  public init(path: String, configuration: Configuration) {
    self.path = path
    self.configuration = configuration
  }

  /// The highest equity that is known from before, for the drawdown.
  public func know(equity: Double) { peak.know(equity) }

  /// Takes one sample of each instrument; answers what happened since the one before.
  public func sample(_ instruments: [String]) -> [String: Set<RoleEvent>] {
    guard refresh() == nil else { return [:] }
    var events: [String: Set<RoleEvent>] = [:]
    let now = WallMilliseconds.now().milliseconds
    for name in instruments {
      guard let id = find(name), let slot = reader?.market(id) else { continue }
      var track = tracks[name] ?? PriceEvents()
      var found = track.take(slot, at: now)
      if track.closes(reader?.bars(id, PriceEvents.eventInterval) ?? []) {
        found.insert(.barClose)
      }
      tracks[name] = track
      if !found.isEmpty { events[name] = found }
    }
    return events
  }

  /// The instrument as it stands now.
  public func take(_ name: String, ledger facts: LedgerFacts) throws(SnapshotFault) -> Snapshot {
    if let fault = refresh() { throw fault }
    guard let id = find(name) else { throw .unknownInstrument }
    guard let entry = reader?.instrument(id), let slot = reader?.market(id) else {
      throw .noMarket
    }
    let desk = reader?.tradingState(of: .none) ?? TradingStateRow()
    let own = reader?.tradingState(of: id) ?? TradingStateRow()
    // What the Gate holds orders to now; the configuration's where no core has shown any.
    var limits = configuration.risk.limits(of: name)
    let inForce = reader?.limits(of: id)
    if let inForce {
      for limit in [InstrumentLimit.positionLots, .orderLots, .bookAge] where inForce[limit] > 0 {
        limits[limit] = inForce[limit] / limit.text.scale
      }
    }
    var input = SnapshotInput(
      takenAt: WallMilliseconds.now().milliseconds, now: .now(), entry: entry, slot: slot,
      desk: desk, own: own, limits: limits,
      isAllowed: configuration.risk.allowList.contains(name) && inForce?.isAllowed != false,
      track: tracks[name])
    input.lease = reader?.signal(of: id, in: .agent)
    input.boot = .now()
    var snapshot = input.snapshot()
    snapshot.bars = input.barSeries { interval in reader?.bars(id, interval) ?? [] }
    snapshot.context = input.contextFacts(reader?.context(id), exchange: reader?.exchangeStatus)
    snapshot.orders = facts.orders
    snapshot.news = facts.labels
    snapshot.account = peak.account(reader?.account)
    snapshot.position?.add(reader?.positionDetail(id), tick: entry.instrument.tick)
    if isChanging(entry, id, input.lease) { throw .changing }
    return snapshot
  }

  /// Asked last. The core holds an instrument from a quarter of a second before its units change until every row of State
  /// counts in the new ones, and shows the new row before it lets go: what was read while neither shows is of one kind.
  private func isChanging(_ entry: InstrumentEntry, _ id: InstrumentID, _ lease: SignalLease?)
    -> Bool
  {
    let units = entry.instrument.unitsChange
    if let lease, lease.isLive(at: .now()), lease.unitsChange != UInt32(units) { return true }
    let held = reader?.tradingState(of: id)[.exchange] ?? .active
    if held.rawValue >= TradingState.cancelOnly.rawValue && entry.instrument.isTradable {
      return true
    }
    return reader?.instrument(id).instrument.unitsChange != units
  }

  /// Why nothing may be published on this instrument right now; nil: nothing speaks against it.
  public func refusal(_ name: String, ageMilliseconds: Int64) -> String? {
    if let fault = refresh() { return fault.meaning }
    guard let id = find(name), let slot = reader?.market(id) else {
      return SnapshotFault.noMarket.meaning
    }
    if !slot.isValid { return "the book is invalid" }
    let age = Instant.now().since(slot.receivedAt) / 1_000_000
    return age > ageMilliseconds ? "the book is \(age) ms old" : nil
  }

  private func find(_ name: String) -> InstrumentID? {
    guard let symbol = Symbol(name) else { return nil }
    return reader?.find(symbol)
  }

  /// Follows a restarted core. Nil: State can be read and its core lives.
  private func refresh() -> SnapshotFault? {
    do throws(StateError) {
      if reader == nil {
        reader = try StateReader(path: path)
      } else {
        _ = try reader?.refresh()
      }
    } catch {
      if reader == nil { return .noState }
    }
    guard let heard = heardAt() else { return .noState }
    if reader?.phase == .stopped { return .coreDown }
    if Instant.now().since(heard) > SnapshotTaker.silenceNanoseconds { return .coreDown }
    return nil
  }

  private func heardAt() -> Instant? {
    guard let start = reader?.header.clocks.monotonic else { return nil }
    var latest = start
    for stage in StageName.allCases {
      if let at = reader?.heartbeat(stage).at, latest < at { latest = at }
    }
    return latest
  }
}
