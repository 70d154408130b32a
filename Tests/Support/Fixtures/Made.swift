// Small files of our own making, in OKX's shapes: what every test can have on a clone alone.

import Foundation

/// `Made/` beside this file. The recording comes from `make-fixtures.py`, the rest is written by hand.
public enum Made: String, CaseIterable, Sendable {
  /// A raw recording with the checksums of before June 2026 and without sequence numbers: four instruments,
  /// one of them an inverse swap and one an option whose bids are empty at first.
  case books = "books-l2-tbt.raw"
  /// The REST bodies of `public/instruments` for them.
  case instruments = "instruments.raw"
  /// A frame a line: books with sequence numbers, trades, a quote, and channels that nobody asked for.
  case publicFrames = "public-frames.jsonl"
  /// A push of the `orders` channel a line.
  case orderPushes = "orders-pushes.jsonl"
  case account = "account.json"
  case positions = "positions.json"
  /// The answer to an order on the private WebSocket.
  case orderReply = "order-reply.json"

  public var url: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Made").appendingPathComponent(rawValue)
  }
  public var path: String { url.path }

  public func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }
  public func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }
}

/// Of `Made.books`, counted by hand: what tests expect to find.
public enum MadeBooks {
  public static let instruments = 4
  /// Book messages, and the updates among them.
  public static let messages = 435
  public static let updates = 430
  public static let trades = 24
}

/// Lines of a text file of either origin.
public enum FrameText {
  public static func lines(_ url: URL) throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// The received frames of a `.raw` file, bytes untouched.
  public static func frames(_ url: URL) throws -> [String] {
    try lines(url).compactMap { line in
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("wss:") else { return nil }
      return String(line[line.index(after: colon)...].drop { $0 == " " })
    }
  }
}
