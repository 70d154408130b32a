// A core's events as log lines; control plane.

import Logging
import OKX
import Quantities

extension CoreEvent {
  func write(to log: Logger) {
    switch self {
    case .connected(_, let name, let generation, let address, let notes):
      var metadata: Logger.Metadata = ["line": "\(name)", "generation": "\(generation)"]
      if !address.isEmpty { metadata["address"] = "\(address)" }
      log.info("connected", metadata: metadata)
      for note in notes { log.warning("\(note)", metadata: ["line": "\(name)"]) }
    case .failed(_, let name, let fault, let detail, let retry):
      log.warning(
        "connecting failed",
        metadata: [
          "line": "\(name)", "fault": "\(fault)", "detail": "\(detail)",
          "retry_ms": "\(retry)",
        ])
    case .journal(let text): log.critical("\(text)")
    case .faults(let fault, let more, let total, let instrument, let code):
      var metadata: Logger.Metadata = [
        "fault": "\(fault)", "more": "\(more)", "total": "\(total)",
      ]
      if let instrument { metadata["instrument"] = "\(instrument)" }
      if code != 0 { metadata["code"] = "\(code)" }
      log.warning("faults", metadata: metadata)
    case .refused(let notice): CoreEvent.write(notice, to: log)
    case .loginRefused(_, let name, let times, let retry):
      log.warning(
        "the exchange refuses the login",
        metadata: ["line": "\(name)", "times": "\(times)", "retry_ms": "\(retry)"])
    case .subscriptions: break
    case .subscriptionRefused(let name, let channel, let code, let text, let times):
      log.warning(
        "the exchange refuses a subscription: asked for again",
        metadata: [
          "line": "\(name)", "channel": "\(channel)", "code": "\(code)", "text": "\(text)",
          "times": "\(times)",
        ])
    case .lost(_, let name, let cause, let closeCode, let retry):
      var metadata: Logger.Metadata = ["line": "\(name)", "cause": "\(cause)"]
      if closeCode != 0 { metadata["close_code"] = "\(closeCode)" }
      if let words = CloseReason.text(closeCode) { metadata["means"] = "\(words)" }
      if retry > 0 { metadata["retry_ms"] = "\(retry)" }
      log.warning("connection lost", metadata: metadata)
    }
  }

  private static func write(_ notice: RefusalNotice, to log: Logger) {
    var metadata: Logger.Metadata = [
      "what": "\(notice.operation)", "instrument": "\(notice.instrument)",
      "more": "\(notice.more)", "total": "\(notice.total)",
    ]
    if notice.operation == .item {
      metadata["fault"] = "\(notice.fault)"
      metadata["value"] = "\(notice.text)"
      log.warning("the exchange sent what cannot be read", metadata: metadata)
      return
    }
    metadata["code"] = "\(notice.code)"
    metadata["sub_code"] = "\(notice.subCode)"
    metadata["text"] = "\(notice.text)"
    if let hint = notice.hint { metadata["hint"] = "\(hint)" }
    log.warning("the exchange refused", metadata: metadata)
  }
}
