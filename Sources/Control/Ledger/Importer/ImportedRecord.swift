// One journal record with all that its row needs; control plane.
import Journal
import Quantities

struct ImportedRecord {
  var record: JournalRecord
  var place: Int64
  var run: Int64
  /// Unix milliseconds.
  var at: Int64

  /// The instrument that the record is about; nil: none or of no instrument.
  var instrument: InstrumentID? {
    let id: InstrumentID?
    switch record.kind {
    case .signal: id = SignalLease(payload: record.payload)?.instrument
    case .intent: id = Intent(payload: record.payload)?.instrument
    case .verdict: id = Verdict(payload: record.payload)?.instrument
    case .order: id = OrderRecord(payload: record.payload)?.instrument
    case .report: id = Report(payload: record.payload)?.instrument
    case .request: id = RequestRecord(payload: record.payload)?.instrument
    case .state: id = StateRecord(payload: record.payload)?.instrument
    case .position: id = PositionRecord(payload: record.payload)?.instrument
    case .positionDetail: id = PositionDetailRecord(payload: record.payload)?.instrument
    case .feeRate: id = FeeRateRecord(payload: record.payload)?.instrument
    case .bar: id = BarRecord(payload: record.payload)?.instrument
    case .context: id = ContextRecord(payload: record.payload)?.instrument
    default: id = nil
    }
    guard let id, !id.isNone else { return nil }
    return id
  }
}

/// What instruments are called, per start of the core.
struct InstrumentBook {
  private var names: [Int64: [UInt16: String]] = [:]

  mutating func learn(_ run: Int64, _ id: UInt16, _ symbol: String) {
    names[run, default: [:]][id] = symbol
  }

  func knows(_ run: Int64, _ id: InstrumentID) -> Bool { names[run]?[id.index] != nil }

  /// Empty for none; `#3` for one that its start never named.
  func name(_ run: Int64, _ id: InstrumentID) -> String {
    id.isNone ? "" : names[run]?[id.index] ?? "#\(id.index)"
  }
}
