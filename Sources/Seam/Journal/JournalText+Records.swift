// The records of the trade and market streams, field by field; seam.

import Quantities

extension JournalText {
  func signal(_ value: SignalLease, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.field("source", "\(value.source)")
    line.flag("present", value.isPresent)
    line.number("target", value.target.lots)
    line.field("urgency", "\(value.urgency)")
    line.number("confidence_permille", Int64(value.confidencePermille))
    line.number("max_drift_bps", Int64(value.maximumDriftBasisPoints))
    line.number("issued_boot_ns", value.issuedAt.nanoseconds)
    line.number("expires_boot_ns", value.expiresAt.nanoseconds)
    line.number("decision", Int64(clamping: value.decision.rawValue))
    line.number("request", Int64(clamping: value.request))
  }

  func intent(_ value: Intent, _ line: inout JSONLine) {
    line.number("intent", Int64(clamping: value.number.rawValue))
    instrument(value.instrument, &line)
    line.field("action", "\(value.kind)")
    line.field("side", "\(value.side)")
    line.field("type", "\(value.type)")
    line.field("source", "\(value.source)")
    price("price", value.price, value.instrument, &line)
    line.number("lots", value.quantity.lots)
    line.flag("book_valid", value.isBookValid)
    line.flag("reduce_only", value.isReduceOnly)
    if value.targetIntent != .none {
      line.number("target_intent", Int64(clamping: value.targetIntent.rawValue))
    }
    line.number("decision", Int64(clamping: value.decision.rawValue))
    price("bid", value.reference.bid, value.instrument, &line)
    price("ask", value.reference.ask, value.instrument, &line)
    line.number("seq_id", value.reference.seqId)
    line.number("received_at", value.reference.receivedAt.nanoseconds)
  }

  func verdict(_ value: Verdict, _ line: inout JSONLine) {
    line.number("intent", Int64(clamping: value.intent.rawValue))
    instrument(value.instrument, &line)
    line.field("code", "\(value.code)")
    line.number("limit", value.limit)
    line.number("figure", value.figure)
    line.number("decision", Int64(clamping: value.decision.rawValue))
  }

  func order(_ value: OrderRecord, _ line: inout JSONLine) {
    line.field("cl_ord_id", String(value.clientOrder.rawValue))
    line.number("intent", Int64(clamping: value.intent.rawValue))
    instrument(value.instrument, &line)
    line.field("action", "\(value.kind)")
    line.field("side", "\(value.side)")
    line.field("type", "\(value.type)")
    line.field("source", "\(value.source)")
    price("price", value.price, value.instrument, &line)
    line.number("lots", value.quantity.lots)
    line.flag("reduce_only", value.isReduceOnly)
    line.number("decision", Int64(clamping: value.decision.rawValue))
    line.number("exp_time", value.expiresAt.milliseconds)
    line.field("request", String(value.request))
  }

  func report(_ value: Report, _ line: inout JSONLine) {
    line.field("report", "\(value.kind)")
    instrument(value.instrument, &line)
    line.field("side", "\(value.side)")
    if value.code != .approved { line.field("code", "\(value.code)") }
    if value.exchangeCode != 0 { line.number("exchange_code", Int64(value.exchangeCode)) }
    line.field("cl_ord_id", String(value.clientOrder.rawValue))
    line.field("ord_id", String(value.exchangeOrder.rawValue))
    line.number("intent", Int64(clamping: value.intent.rawValue))
    price("price", value.price, value.instrument, &line)
    line.number("lots", value.quantity.lots)
    line.number("filled", value.cumulativeFilled.lots)
    if value.kind == .fill || value.kind == .fillNamed {
      line.number("fill_lots", value.lastQuantity.lots)
      price("fill_price", value.lastPrice, value.instrument, &line)
      // Liquidations have negative ids (docs/OKX.md OKX-177).
      line.field("trade_id", String(Int64(bitPattern: value.tradeID)))
      let fee = Amount(units: Int128(value.feeUnits), decimals: value.feeDecimals)
      line.field("fee", fee.normalized.description)
      line.flag("taker", value.isTaker)
    }
    line.number("ts", value.exchangeTime.milliseconds)
    line.number("detail", Int64(value.detail))
    line.flag("reconciled", value.isReconciled)
  }

  func refusal(_ value: RefusalRecord, _ line: inout JSONLine) {
    line.field("refused", "\(value.operation)")
    instrument(value.instrument, &line)
    if value.fault != .none { line.field("fault", "\(value.fault)") }
    line.number("exchange_code", Int64(value.exchangeCode))
    line.number("exchange_sub_code", Int64(value.subCode))
    line.field("exchange_text", value.words.description)
    line.field("cl_ord_id", String(value.clientOrder.rawValue))
    line.field("ord_id", String(value.exchangeOrder.rawValue))
    line.field("request", String(value.request))
  }

  func request(_ value: RequestRecord, _ line: inout JSONLine) {
    line.number("request", Int64(clamping: value.number))
    line.number("request_kind", Int64(value.kind))
    line.number("answer", Int64(value.answer))
    line.number("user", Int64(value.user))
    line.number("process", Int64(value.process))
    instrument(value.instrument, &line)
    line.number("received_ms", value.receivedAt.milliseconds)
  }

  func state(_ value: StateRecord, _ line: inout JSONLine) {
    instrument(value.instrument, &line)
    line.field("source", "\(value.source)")
    line.field("requested", "\(value.requested)")
    line.field("in_force", "\(value.inForce)")
    line.field("before", "\(value.before)")
    line.flag("flattening", value.isFlattening)
    line.flag("rearm", value.isRearm)
    line.number("changed_ms", value.changedAt.milliseconds)
    line.number("request", Int64(clamping: value.request))
  }

  /// The messages of one entry; false where its framing contradicts itself.
  func market(_ payload: [UInt8], _ line: inout JSONLine) -> Bool {
    var offset = 0
    var messages: [JSONLine] = []
    while offset < payload.count {
      guard let message = MarketMessage(payload: Array(payload[offset...].prefix(64))) else {
        return false
      }
      let size = Int(message.byteCount)
      let levels = Int(message.bidCount) + Int(message.askCount)
      let body = message.kind == .trade ? MemoryLayout<TradeBody>.size : levels * 16
      if size < 64 + body || size % 8 != 0 || size > payload.count - offset { return false }
      var item = JSONLine()
      item.field("message", "\(message.kind)")
      item.field("channel", "\(message.channel)")
      instrument(message.instrument, &item)
      item.number("seq_id", message.seqId)
      item.number("prev_seq_id", message.prevSeqId)
      item.number("ts", message.exchangeTime.milliseconds)
      item.number("received_at", message.receivedAt.nanoseconds)
      if message.fault != .none { item.field("fault", "\(message.fault)") }
      if message.kind == .trade {
        trade(payload, offset + 64, message, &item)
      } else {
        sideLevels("bids", payload, offset + 64, Int(message.bidCount), message, &item)
        sideLevels(
          "asks", payload, offset + 64 + Int(message.bidCount) * 16, Int(message.askCount), message,
          &item)
      }
      messages.append(item)
      offset += size
    }
    line.array("messages", messages)
    return true
  }

  private func trade(
    _ payload: [UInt8], _ offset: Int, _ message: MarketMessage, _ item: inout JSONLine
  ) {
    guard let body = TradeBody(payload: Array(payload[offset...])) else { return }
    price("price", body.price, message.instrument, &item)
    item.number("lots", body.quantity.lots)
    item.field("trade_id", String(body.tradeID))
    item.field("side", "\(body.side)")
  }

  private func sideLevels(
    _ name: String, _ payload: [UInt8], _ offset: Int, _ count: Int, _ message: MarketMessage,
    _ item: inout JSONLine
  ) {
    var rows: [JSONLine] = []
    for index in 0..<count {
      var row = JSONLine()
      let place = offset + index * 16
      price("price", Price(ticks: word(payload, place)), message.instrument, &row)
      row.number("lots", word(payload, place + 8))
      rows.append(row)
    }
    item.array(name, rows)
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> Int64 {
    (0..<8).reduce(0) { $0 | Int64(bytes[offset + $1]) << Int64($1 * 8) }
  }
}

/// One JSON object being written.
struct JSONLine {
  private var bytes: [UInt8] = [0x7B]

  var finished: [UInt8] { bytes + [0x7D] }

  private mutating func name(_ name: String) {
    if bytes.count > 1 { bytes.append(0x2C) }
    quote(name)
    bytes.append(0x3A)
  }

  mutating func field(_ name: String, _ value: String) {
    self.name(name)
    quote(value)
  }

  mutating func number(_ name: String, _ value: Int64) {
    self.name(name)
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func flag(_ name: String, _ value: Bool) {
    self.name(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func array(_ name: String, _ items: [JSONLine]) {
    self.name(name)
    bytes.append(0x5B)
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(0x2C) }
      bytes.append(contentsOf: item.finished)
    }
    bytes.append(0x5D)
  }

  private mutating func quote(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(0x22)
    for byte in text.utf8 {
      if byte == 0x22 || byte == 0x5C {
        bytes.append(contentsOf: [0x5C, byte])
      } else if byte < 0x20 {
        bytes.append(contentsOf: Array("\\u00".utf8))
        bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      } else {
        bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}
