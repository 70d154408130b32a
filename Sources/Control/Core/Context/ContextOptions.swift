// Which market context a core follows, and how it is reached; the control plane fills it from configuration.

import OKX
import Quantities
import Wire

/// One connection of context channels.
public struct ContextConnection: Sendable {
  /// For logs and State: `context`, `context-business`.
  public var name: String
  public var url: WebSocketURL
  public var headers: [(name: String, value: String)]
  public var channels: [PublicTap.Channel]

  public init(
    name: String, url: WebSocketURL, headers: [(name: String, value: String)] = [],
    channels: [PublicTap.Channel]
  ) {
    self.name = name
    self.url = url
    self.headers = headers
    self.channels = channels
  }
}
