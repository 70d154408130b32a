// What a core tells whoever logs; control plane.

import Quantities

/// What a core tells whoever logs.
public enum CoreEvent: Sendable {
  case connected(line: Int, name: String, generation: UInt32)
  case failed(line: Int, name: String, fault: FaultCode, detail: String, retryMilliseconds: Int64)
  case lost(line: Int, name: String, cause: FaultCode)
  /// The journal failed; the desk is `cancelOnly`.
  case journal(String)
  /// Bad input and its like, counted by the stages: once a second at most for each code.
  /// The exchange refused: the first of a kind at once, further ones a minute's together.
  case refused(RefusalNotice)
  case faults(FaultCode, more: UInt64, total: UInt64)
}
