// A core's events as log lines; control plane.

import Logging
import Quantities

extension CoreEvent {
  func write(to log: Logger) {
    switch self {
    case .connected(_, let name, let generation):
      log.info("connected", metadata: ["line": "\(name)", "generation": "\(generation)"])
    case .failed(_, let name, let fault, let detail, let retry):
      log.warning(
        "connecting failed",
        metadata: [
          "line": "\(name)", "fault": "\(fault)", "detail": "\(detail)",
          "retry_ms": "\(retry)",
        ])
    case .journal(let text): log.critical("\(text)")
    case .faults(let fault, let more, let total):
      log.warning(
        "faults", metadata: ["fault": "\(fault)", "more": "\(more)", "total": "\(total)"])
    case .refused(let notice):
      log.warning(
        "the exchange refused",
        metadata: [
          "what": "\(notice.operation)", "instrument": "\(notice.instrument)",
          "code": "\(notice.code)", "sub_code": "\(notice.subCode)", "text": "\(notice.text)",
          "more": "\(notice.more)", "total": "\(notice.total)",
        ])
    case .lost(_, let name, let cause):
      log.warning("connection lost", metadata: ["line": "\(name)", "cause": "\(cause)"])
    }
  }
}
