// An audit trail for people at a terminal; control plane.
import Foundation

extension AuditTrail {
  /// Characters of one prompt or reply; the whole is in the JSON.
  public static let excerptMax = 2_000

  /// Lines of text. What models and news wrote cannot move the cursor: control characters are shown as `·`.
  public var text: String {
    var lines = ["trace \(traceID)"]
    for cycle in cycles { cycle.write(&lines) }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension AuditCycle {
  fileprivate func write(_ lines: inout [String]) {
    lines.append("cycle \(id)  \(Plain.line(instrument))  begun \(Plain.time(startedAt))")
    for item in news {
      lines.append(
        "  news \(item.id)  \(Plain.line(item.source)) (\(item.tier))  arrived \(Plain.time(item.arrivedAt))"
      )
      lines.append("    label \(Plain.line(item.label))")
    }
    for record in records { record.write(&lines) }
    if !records.contains(where: { $0.agentID == DecisionRecord.cycleAgent }) {
      lines.append("  the cycle never ended: its process was stopped in it")
    }
    for answer in leaseAnswers {
      lines.append(
        "  door \(Plain.time(answer.answeredAt)): \(Plain.line(answer.doorCode)) \(Plain.line(answer.detail))"
      )
    }
    for signal in signals {
      lines.append(
        "  signal \(Plain.time(signal.at)): "
          + (signal.isPresent
            ? "target \(signal.targetLots) lots\(Plain.lot(signal.lot)), \(signal.urgency), for "
              + "\(signal.ttlMilliseconds) ms"
            : "withdrawn"))
    }
    let ordered = Set(orders.map(\.order.intent))
    for intent in intents where !ordered.contains(intent.intent) {
      let verdict = intent.verdict.map {
        "\($0.code)" + ($0.code == "approved" ? "" : ", \($0.figure) against \($0.limit)")
      }
      lines.append(
        "  intent \(intent.intent) \(Plain.time(intent.at)): \(intent.action) \(intent.side) "
          + "\(intent.lots) lots at \(intent.price ?? "?"); gate: \(verdict ?? "no answer on record")"
      )
    }
    for order in orders { order.write(&lines) }
    if orders.isEmpty { lines.append("  no order") }
  }
}

extension DecisionRecord {
  fileprivate func write(_ lines: inout [String]) {
    let model = returnedModel.isEmpty ? source : "\(returnedModel) at \(source)"
    lines.append(
      "  \(Plain.line(agentID))  \(outcome.rawValue)  \(Plain.line(model))  prompt v\(promptVersion)  "
        + "\(latencyMilliseconds) ms  $\(USDollars.text(micros: costMicros))")
    func add(_ name: String, _ text: String) {
      if !text.isEmpty { lines.append("    \(name): \(Plain.excerpt(text))") }
    }
    add("reason", reason)
    add("snapshot", snapshotHash)
    add("schema", schemaHash)
    add("input", inputSummary)
    add("prompt", renderedPrompt)
    add("reply", rawReply)
    add("output", output)
    add("attempts", attempts == "[]" ? "" : attempts)
    add("validation", validation)
    add("grounding", grounding)
    add("conclusion", conclusion)
    if let lease {
      lines.append(
        "    lease: target \(lease.targetLots) lots\(Plain.lot(lease.lot)), \(lease.urgency), confidence "
          + "\(lease.confidencePermille)‰, for \(lease.ttlMilliseconds) ms, drift \(lease.maxDriftBps) bp; "
          + "door: \(lease.doorCode.isEmpty ? "no answer on record" : Plain.line(lease.doorCode))")
    }
  }
}

extension OrderDetail {
  fileprivate func write(_ lines: inout [String]) {
    lines.append(
      "  order \(order.clOrdID)  \(order.side) \(order.lots) lots at \(order.price ?? "?")  \(order.type)  "
        + "\(order.state.rawValue)\(order.code.isEmpty ? "" : " \(order.code) \(order.exchangeCode)")"
        + (order.exchangeText.isEmpty
          ? "" : " (\(order.exchangeSubCode)) \(Plain.line(order.exchangeText))")
    )
    lines.append(
      "    intent \(order.intent): bid \(intent?.bid ?? "?") ask \(intent?.ask ?? "?"); gate: "
        + "\(intent?.verdict?.code ?? "no answer on record")")
    for report in reports where report.kind != "fill" {
      lines.append(
        "    \(Plain.time(report.at)) \(report.kind)\(report.code.isEmpty ? "" : " \(report.code)")"
          + (report.isReconciled ? " (reconciled)" : ""))
    }
    for fill in fills {
      lines.append(
        "    \(Plain.time(fill.at)) fill \(fill.lots) lots at \(fill.price ?? "?") "
          + "\(fill.isTaker ? "taker" : "maker") fee \(fill.fee) \(fill.feeCurrency) slippage "
          + "\(fill.slippageTicks ?? "?") ticks (\(fill.slippageBps ?? "?") bp)")
    }
    if !fills.isEmpty {
      let fees = order.fees.map { "\($0.amount) \($0.currency)" }.joined(separator: ", ")
      lines.append(
        "    filled \(order.filledLots) at \(order.averagePrice ?? "?"), fees \(fees), slippage "
          + "\(order.slippageTicks ?? "?") ticks (\(order.slippageBps ?? "?") bp)")
    }
  }
}

/// Text that a terminal shows and does not obey.
enum Plain {
  /// What lots count in: ` of 0.001`.
  static func lot(_ text: String?) -> String { text.map { " of \(line($0))" } ?? "" }

  static func time(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// One line: control, format and line-breaking characters as `·`.
  static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isSafe($0) ? $0 : "·" }))
  }

  static func excerpt(_ text: String) -> String {
    let short = text.prefix(AuditTrail.excerptMax)
    let lines = short.split(separator: "\n", omittingEmptySubsequences: false).map {
      line(String($0))
    }
    let rest = short.endIndex == text.endIndex ? "" : "… (\(text.utf8.count) bytes; see --json)"
    return lines.joined(separator: "\n      ") + rest
  }

  private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default: true
    }
  }
}

extension AuditEntry {
  /// One line for a terminal.
  public var text: String {
    "\(traceID)  \(Plain.time(startedAt))  \(Plain.line(instrument))  "
      + "\(outcome.isEmpty ? "not ended" : outcome)  \(orders) orders  \(Plain.line(conclusion))"
  }
}
