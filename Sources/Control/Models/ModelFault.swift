// What can go wrong with a model's reply, as codes that records and counters carry; control plane.

public enum ModelFault: String, Error, Sendable, CaseIterable {
  /// Not https, and not http to this machine.
  case badURL = "bad_url"
  /// 400 or 422: the request is not understood. Look at model and parameters.
  case badRequest = "bad_request"
  /// 401 or 403: look at the key.
  case unauthorized
  /// 402: no money left at the provider; agents go to safe mode.
  case noBalance = "no_balance"
  case notFound = "not_found"
  case rateLimited = "rate_limited"
  /// 500, 502, 503, 504.
  case serverError = "server_error"
  /// Any other status, redirects among them.
  case status
  case unreachable
  /// No token for too long: keep-alive comments and blank lines are none.
  case stalled
  /// The call's deadline.
  case deadline
  case tooLarge = "too_large"
  /// The stream or body broke off.
  case truncated
  /// Not the JSON of the protocol.
  case malformed
  /// Neither JSON nor an event stream: something else answers there, a portal perhaps.
  case contentType = "content_type"
  /// The reply holds our key: somebody repeats what we send. Nothing of it is kept.
  case keyEchoed = "key_echoed"
  /// `finish_reason` is neither stop nor tool_calls.
  case unfinished
  case empty
  /// The answer is text beside or instead of what was asked for.
  case notJSON = "not_json"
  /// A tool of another name, or more than one call.
  case wrongTool = "wrong_tool"
  /// Not of the role's schema.
  case schema
  /// Every endpoint's breaker is open, or agents are in safe mode.
  case refusedHere = "refused_here"
  case budget
  /// A replay that holds no reply to this question; nobody was asked.
  case notRecorded = "not_recorded"
  /// The reply could not be put on the cassette.
  case notKept = "not_kept"

  /// May go well a moment later.
  var isPassing: Bool {
    switch self {
    case .rateLimited, .serverError, .unreachable: true
    default: false
    }
  }

  /// The reply came and was not what was asked for: another way of asking may help.
  var isOfReply: Bool {
    switch self {
    case .unfinished, .empty, .notJSON, .wrongTool, .schema, .malformed, .truncated: true
    default: false
    }
  }
}
