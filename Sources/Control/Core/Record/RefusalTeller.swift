// Refusals of the exchange as log lines: the first of a kind at once, the rest grouped; housekeeping thread.

import Journal
import Quantities

/// Counts refusals by kind: instrument, operation, codes and words with each run of digits taken as one, since the exchange
/// names prices and sizes in them. A desk that sends the same order each second gets a line a minute of it.
package struct RefusalTeller {
  /// Kinds told apart; further ones are one kind together.
  static let kindsMax = 256
  static let groupNanoseconds: Int64 = 60_000_000_000

  struct Kind: Hashable {
    var instrument: String
    var operation: RefusedOperation
    var code: Int32
    var subCode: Int32
    var fault: FaultCode
    var pattern: String
  }

  private struct Group {
    var notice: RefusalNotice
    var toldAt: Instant
  }

  /// For the hints of notices; nil where nobody measured it.
  package var clockOffsetMilliseconds: Int64?

  private var groups: [Kind: Group] = [:]
  private var lookedAt = Instant.zero

  package init() {}

  /// What is to be told now, if this is the first of its kind.
  package mutating func take(
    _ refusal: RefusalRecord, instrument: String, now: Instant
  ) -> RefusalNotice? {
    let text = refusal.words.description
    var kind = Kind(
      instrument: instrument, operation: refusal.operation, code: refusal.exchangeCode,
      subCode: refusal.subCode, fault: refusal.fault, pattern: RefusalTeller.pattern(text))
    if groups[kind] == nil && groups.count >= RefusalTeller.kindsMax {
      kind = Kind(
        instrument: "", operation: refusal.operation, code: 0, subCode: 0, fault: .none, pattern: ""
      )
    }
    var notice = RefusalNotice(
      instrument: instrument, operation: refusal.operation, code: refusal.exchangeCode,
      subCode: refusal.subCode, text: text, fault: refusal.fault, more: 1, total: 1)
    notice.clockOffsetMilliseconds = clockOffsetMilliseconds
    guard let group = groups[kind] else {
      var told = notice
      told.more = 0
      groups[kind] = Group(notice: told, toldAt: now)
      return notice
    }
    notice.more = group.notice.more + 1
    notice.total = group.notice.total + 1
    groups[kind]?.notice = notice
    return nil
  }

  /// Kinds that were last told of a minute ago and have come again; `isLast`: all that came again.
  package mutating func due(_ now: Instant, isLast: Bool = false) -> [RefusalNotice] {
    if !isLast && now.since(lookedAt) < 1_000_000_000 { return [] }
    lookedAt = now
    var notices: [RefusalNotice] = []
    for (kind, group) in groups where group.notice.more > 0 {
      if !isLast && now.since(group.toldAt) < RefusalTeller.groupNanoseconds { continue }
      notices.append(group.notice)
      groups[kind]?.notice.more = 0
      groups[kind]?.toldAt = now
    }
    return notices
  }

  static func pattern(_ text: String) -> String {
    var pattern = ""
    var isInNumber = false
    for scalar in text.unicodeScalars {
      let isDigit = ("0"..."9").contains(scalar) || (isInNumber && scalar == ".")
      if !isDigit { pattern.unicodeScalars.append(scalar) } else if !isInNumber { pattern += "#" }
      isInNumber = isDigit
    }
    return pattern
  }
}
