// Journal records as JSON lines, for `llmtrading journal cat`; seam, a pure text writer.

import Quantities

/// Renders records one line each. It learns instruments from the records that name them, so that prices
/// and sizes become decimals; before that they stay ticks and lots.
public struct JournalText {
  /// By start: another start may have another table.
  private var starts: [UInt32: [UInt16: InstrumentRecord]] = [:]
  /// Of the start whose record is rendered.
  var instruments: [UInt16: InstrumentRecord] = [:]

  public init() {}

  /// Takes the names of `record` without rendering it: the market stream has none of its own.
  public mutating func learn(_ record: JournalRecord, of segment: SegmentHeader) {
    if record.kind == .instrument, let item = InstrumentRecord(payload: record.payload) {
      starts[segment.identity.start, default: [:]][item.instrument.index] = item
    }
  }

  /// Appends one line, newline included.
  public mutating func append(
    _ record: JournalRecord, of segment: SegmentHeader, to output: inout [UInt8]
  ) {
    learn(record, of: segment)
    instruments = starts[segment.identity.start] ?? [:]
    var line = JSONLine()
    line.field("stream", segment.stream.name)
    line.field("environment", segment.identity.environment.name)
    line.number("start", Int64(segment.identity.start))
    line.number("segment", Int64(clamping: record.place.segment))
    line.number("offset", Int64(clamping: record.place.offset))
    line.field("kind", record.kind?.name ?? "unknown\(record.header.kind)")
    line.field("stage", record.header.stage.name)
    line.number("number", Int64(clamping: record.header.number))
    if record.header.cause != .none {
      line.field("cause", "\(record.header.cause.stage.name):\(record.header.cause.number)")
    }
    line.number("instant", record.header.instant.nanoseconds)
    line.number("wall_ns", segment.clocks.wallNanoseconds(of: record.header.instant))
    if record.header.flags.contains(.output) { line.flag("output", true) }
    if record.header.flags.contains(.recovered) { line.flag("recovered", true) }
    if !body(record, &line) {
      line.number("bytes", Int64(record.payload.count))
      line.field("hex", hex(record.payload.prefix(256)))
    }
    output.append(contentsOf: line.finished)
    output.append(0x0A)
  }

  /// False where the payload is of a kind or shape that this build does not know.
  private func body(_ record: JournalRecord, _ line: inout JSONLine) -> Bool {
    let payload = record.payload
    switch record.kind {
    case .signal: return render(payload, SignalLease.self, &line, signal)
    case .intent: return render(payload, Intent.self, &line, intent)
    case .verdict: return render(payload, Verdict.self, &line, verdict)
    case .order: return render(payload, OrderRecord.self, &line, order)
    case .report: return render(payload, Report.self, &line, report)
    case .request:
      return render(payload, RequestRecord.self, &line) { value, line in
        request(value, &line)
        line.field("hex", hex(payload.dropFirst(MemoryLayout<RequestRecord>.size).prefix(256)))
      }
    case .state:
      return render(payload, StateRecord.self, &line) { value, line in
        state(value, &line)
        line.field("text", text(payload.dropFirst(MemoryLayout<StateRecord>.size)))
      }
    case .clock:
      return render(payload, ClockOffsets.self, &line) { value, line in
        line.number("boot_offset_ns", value.boot)
        line.number("wall_offset_ns", value.wall)
        line.number("exchange_offset_ns", value.exchange)
      }
    case .fillCursor: return render(payload, FillCursor.self, &line, fillCursor)
    case .equity: return render(payload, EquityRecord.self, &line, equity)
    case .position:
      return render(payload, PositionRecord.self, &line) { value, line in
        instrument(value.instrument, &line)
        line.number("position", value.position.lots)
        line.number("before", value.before.lots)
        line.flag("reconciled", value.isReconciled)
      }
    case .refusal: return render(payload, RefusalRecord.self, &line, refusal)
    case .account: return render(payload, AccountRecord.self, &line, account)
    case .positionDetail:
      return render(payload, PositionDetailRecord.self, &line, positionDetail)
    case .feeRate: return render(payload, FeeRateRecord.self, &line, feeRate)
    case .bill: return render(payload, BillRecord.self, &line, bill)
    case .context: return render(payload, ContextRecord.self, &line, context)
    case .bar: return render(payload, BarRecord.self, &line, bar)
    case .market: return market(payload, &line)
    case .lost:
      return render(payload, LostRecord.self, &line) { value, line in
        line.field("lost_stage", value.stage.name)
        line.number("from", Int64(clamping: value.from))
        line.number("to", Int64(clamping: value.to))
      }
    case .instrument:
      return render(payload, InstrumentRecord.self, &line) { value, line in
        line.number("index", Int64(value.instrument.index))
        line.field("instrument", value.symbol.description)
        line.field("tick", value.tick.normalized.description)
        line.field("lot", value.lot.normalized.description)
        line.flag("tradable", value.isTradable)
      }
    case .segmentEnd:
      return render(payload, SegmentEnd.self, &line) { value, line in
        line.number("records", Int64(clamping: value.records))
        line.number("cut_bytes", Int64(clamping: value.cutBytes))
      }
    case .note, .configuration:
      line.field("text", text(payload[...]))
      return true
    case nil: return false
    }
  }

  private func render<Payload: JournalPayload>(
    _ payload: [UInt8], _ type: Payload.Type, _ line: inout JSONLine,
    _ write: (Payload, inout JSONLine) -> Void
  ) -> Bool {
    guard let value = Payload(payload: payload) else { return false }
    write(value, &line)
    return true
  }

  // MARK: Fields shared by kinds

  func instrument(_ id: InstrumentID, _ line: inout JSONLine) {
    if id.isNone { return }
    if let item = instruments[id.index] {
      line.field("instrument", item.symbol.description)
    } else {
      line.number("instrument_index", Int64(id.index))
    }
  }

  func price(_ name: String, _ price: Price, _ id: InstrumentID, _ line: inout JSONLine) {
    if price.isNone { return }
    if let item = instruments[id.index],
      let number = DecimalNumber.of(units: price.ticks, increment: item.tick)
    {
      line.field(name, number.normalized.description)
    } else {
      line.number(name + "_ticks", price.ticks)
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
