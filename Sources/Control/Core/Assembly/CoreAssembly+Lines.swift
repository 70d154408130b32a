// Which public connection carries which instruments; control plane.

import OKX
import Operations
import Pipeline
import Quantities
import Wire

extension CoreAssembly {
  /// Shares of at most `okx.books_per_connection` instruments, in the order of the configuration: the same file makes the
  /// same shares, and the end of a line costs its share alone. Without a deep book one line carries all.
  func publicLines(
    _ table: InstrumentTable, _ session: PublicSessionConfiguration, url: WebSocketURL,
    headers: [(name: String, value: String)], login: (@Sendable (Int64) -> [UInt8])?
  ) throws -> [PublicLine] {
    let channels = try configuration.okx.channels.map { name in
      guard let channel = MarketChannel(okxName: name) else {
        throw AssemblyError("okx.channels: \(name) is not a channel of the hot feed")
      }
      return channel
    }
    // The exchange refuses the name of what it does not list.
    let listed = (0..<table.count).map { InstrumentID(index: UInt16($0)) }
      .filter { table[$0].state != .unlisted }
    let share =
      channels.contains(where: \.isDepth)
      ? Int(configuration.okx.booksPerConnection) : max(1, listed.count)
    let shares = stride(from: 0, to: listed.count, by: share).map {
      Array(listed[$0..<min($0 + share, listed.count)])
    }
    if shares.count > FeedStage.linesMax {
      throw AssemblyError(
        "\(listed.count) books need \(shares.count) connections of \(share), and a core has at "
          + "most \(FeedStage.linesMax): raise okx.books_per_connection")
    }
    return shares.enumerated().map { number, ids in
      PublicLine(
        connector: ConnectorLine(
          name: "public-\(number)", url: url, headers: headers, login: login),
        feed: FeedOptions(
          subscriptions: ids.flatMap { id in
            channels.map { PublicSubscription(channel: $0, instrument: id) }
          }, session: session))
    }
  }
}
