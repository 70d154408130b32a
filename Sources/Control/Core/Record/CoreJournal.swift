// Where a core's records go, and what becomes of those that an earlier start left in its rings; control plane.

import Journal
import Operations

public struct CoreJournal: Sendable {
  /// Where the telemetry rings' file lies, on tmpfs.
  public var rings: RingsFolder
  /// The journal's folder.
  public var folder: String
  public var identity: JournalIdentity
  public var trade: JournalSettings
  public var market: JournalSettings

  public init(
    rings: RingsFolder, folder: String, identity: JournalIdentity,
    trade: JournalSettings = JournalSettings(), market: JournalSettings = JournalSettings()
  ) {
    self.rings = rings
    self.folder = folder
    self.identity = identity
    self.trade = trade
    self.market = market
  }

  /// A ring for each stage that writes a stream.
  static let plans: [TelemetryPlan] =
    [.builder(), .gate, .sender, .door, .account, .context].map {
      TelemetryPlan(stage: $0, stream: .trade, capacity: 4 << 20)
    } + [TelemetryPlan(stage: .builder(), stream: .market, capacity: 16 << 20)]

  /// What an earlier start left in the rings goes into the journal first; then fresh rings. A file that is not this
  /// desk's is left where it is and nothing of it is believed: `distrusted` says why.
  public func open() throws(JournalError) -> (
    rings: TelemetryFile, recovered: TelemetryRecovery?, distrusted: String?
  ) {
    var recovered: TelemetryRecovery?
    var distrusted: String?
    switch rings.left() {
    case .nothing: break
    case .distrusted(let reason): distrusted = reason
    case .file(let path, let start):
      var file: TelemetryFile?
      do throws(JournalError) {
        file = try TelemetryFile(recovering: path, of: start)
      } catch { distrusted = "\(path): \(error)" }
      if let file {
        recovered = try TelemetryRecovery.run(file, journals: folder, trade: trade, market: market)
      }
    }
    let path: String
    do throws(OperationsError) { path = try rings.claim(start: identity.start) } catch {
      throw .telemetry("\(error)")
    }
    return (
      try TelemetryFile(creating: path, identity: identity, plans: CoreJournal.plans), recovered,
      distrusted
    )
  }
}
