// What a failed dial says of the port that OKX closed (docs/OKX.md OKX-002); control plane.
import Wire

extension Dialer {
  /// A connection ready for WebSocket frames.
  public static func dial(_ request: DialRequest, cancellation: DialCancellation? = nil)
    throws(DialError) -> DialedConnection
  {
    do {
      return try dialed(request, cancellation: cancellation)
    } catch {
      throw error.explained(at: request.url)
    }
  }

  static let oldPort: UInt16 = 8443
}

extension DialError {
  /// A URL of old pages fails at any host like a network that is down: the sentence says what to do.
  func explained(at url: WebSocketURL) -> DialError {
    if url.port != Dialer.oldPort || isCancelled || step == .address || step == .session {
      return self
    }
    var error = self
    error.detail += "; OKX closed port 8443 on 2026-10-31: drop the port from the URL"
    return error
  }
}
