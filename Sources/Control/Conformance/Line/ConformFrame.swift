// A text frame that came, and its parts as OKX names them; control plane.

import JSON
import Quantities

public struct ConformFrame: Sendable {
  /// Order of arrival on its line, 0 upwards.
  public var index: Int
  public var at: Instant
  public var text: String
  /// Null where the text is no JSON, as `pong`.
  public var json: JSONValue

  /// `subscribe`, `error`, `notice` …; nil for pushes and replies.
  public var event: String? { json["event"]?.string }
  public var code: String? { json["code"]?.string }
  public var id: String? { json["id"]?.string }
  /// Of a push or an acknowledgement.
  public var channel: String? { json["arg"]?["channel"]?.string }
  public var instrument: String? { json["arg"]?["instId"]?.string }
  public var action: String? { json["action"]?.string }
  public var rows: [JSONValue] { json["data"]?.array ?? [] }
  /// A push of a channel, with data.
  public var isPush: Bool { event == nil && json["arg"] != nil && json["data"] != nil }

  public func isPush(of channel: String, _ instrument: String? = nil) -> Bool {
    isPush && self.channel == channel && (instrument == nil || self.instrument == instrument)
  }
}

extension JSONValue {
  /// A field that is text; empty where it is absent or no text. OKX writes *no value* as an empty text (OKX-088).
  public func text(_ name: String) -> String { self[name]?.string ?? "" }

  /// A field that is a decimal text; nil where it is none.
  public func decimal(_ name: String) -> DecimalNumber? {
    self[name]?.string.flatMap { DecimalNumber($0) }
  }
}
