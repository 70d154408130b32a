// What a core tells whoever logs; control plane.

import Quantities

/// What a core tells whoever logs.
public enum CoreEvent: Sendable {
  /// `address` as it was dialled, empty where that is not known; `notes`: what was odd about it all the same.
  case connected(line: Int, name: String, generation: UInt32, address: String, notes: [String])
  case failed(line: Int, name: String, fault: FaultCode, detail: String, retryMilliseconds: Int64)
  /// `closeCode`: by which the exchange closed it, 0 where it did not; dialled again after so long.
  case lost(
    line: Int, name: String, cause: FaultCode, closeCode: UInt16, retryMilliseconds: Int64)
  /// The journal failed; the desk is `cancelOnly`.
  case journal(String)
  /// The exchange refused: the first of a kind at once, further ones a minute's together.
  case refused(RefusalNotice)
  /// Bad input and its like, counted by the stages, with the instrument and the exchange's code of the last: the first of a
  /// code at once, then once a minute.
  case faults(FaultCode, more: UInt64, total: UInt64, instrument: String?, code: Int32)
  /// A context line's subscriptions are all live, or no longer.
  case subscriptions(name: String, areLive: Bool)
  /// The exchange refused or ended one, or, `channel` being empty, one of several; asked for again, later each time.
  case subscriptionRefused(
    name: String, channel: String, code: String, text: String, times: Int)
  /// The exchange refuses the login: tried again later and later.
  case loginRefused(line: Int, name: String, times: Int, retryMilliseconds: Int64)
}
