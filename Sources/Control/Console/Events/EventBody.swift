// The JSON of a journal event; control plane.
import Foundation

/// Lots are integers, prices and fees decimal strings, ids strings; what does not apply is left out.
struct EventBody: Encodable {
  /// Unix milliseconds.
  var time: Int64
  var instrument: String?
  /// What happened: `place`, `acknowledged`, `fill`, `published`, a refusal's code…
  var event: String
  var side: String?
  var price: String?
  var quantity: Int64?
  var filled: Int64?
  var type: String?
  var source: String?
  var clientOrder: String?
  var exchangeOrder: String?
  var intent: Int64?
  var decision: Int64?
  var fee: String?
  var isTaker: Bool?
  var limit: Int64?
  var figure: Int64?
  var target: Int64?
  var urgency: String?
  var state: String?
  /// For people.
  var note: String?

  enum CodingKeys: String, CodingKey {
    case time, instrument, event, side, price, quantity, filled, type, source
    case clientOrder = "cl_ord_id"
    case exchangeOrder = "ord_id"
    case intent, decision, fee
    case isTaker = "taker"
    case limit, figure, target, urgency, state, note
  }

  init(time: Int64, event: String) {
    self.time = time
    self.event = event
  }
}
