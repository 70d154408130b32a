// Reader of the raw recording format: public frames with their receive times, bytes untouched; simulation.

import Foundation
import Quantities

/// One received frame of a recording.
public struct RecordedFrame: Sendable {
  public enum Kind: UInt8, Sendable {
    /// `{"arg":…,"data":…}`
    case push
    /// `{"event":…}`
    case event
    /// Neither: kept and counted.
    case other
  }
  /// Receive time, Unix nanoseconds.
  public var time: Int64
  public var kind: Kind
  /// The frame's bytes in the file.
  public var range: Range<Int>
  public var channel: String = ""
  public var instrument: String = ""
  /// `snapshot`, `update`, or empty.
  public var action: String = ""
  /// Where the channel's name stands, in the frame's own bytes.
  public var channelRange: Range<Int> = 0..<0
  /// Where `data` stands, in the frame's own bytes.
  public var dataRange: Range<Int> = 0..<0
}

public enum RecordingError: Error, Sendable, Equatable {
  case unreadable(String)
  case tooLarge
  /// No frame of a depth channel in it.
  case noBooks
  /// A frame whose data is not what its channel promises.
  case malformedFrame(line: Int)
}

/// A whole recording in memory.
public struct RecordingFile: Sendable {
  public let bytes: [UInt8]
  public let frames: [RecordedFrame]
  /// `URL -> EPOCH: BODY` lines: URL and where the body stands.
  public let bodies: [(url: String, range: Range<Int>)]
  /// Lines of connections opened and requests sent.
  public let connectionLines: Int
  public let requestLines: Int
  /// Lines in none of the known forms, skipped.
  public let unknownLines: Int

  /// Largest file taken: it is held in memory whole.
  public static let bytesMax = 1 << 31

  public init(path: String) throws(RecordingError) { throw .unreadable(path) }
  public init(bytes: [UInt8]) {
    self.bytes = bytes
    frames = []
    bodies = []
    connectionLines = 0
    requestLines = 0
    unknownLines = 0
  }

  public func bytes(of frame: RecordedFrame) -> [UInt8] { Array(bytes[frame.range]) }

  /// Depth channels in the file, each with its instruments in order of appearance.
  public var depthInstruments: [(channel: PublicChannel, instruments: [String])] { [] }

  /// Number of frames per channel, every channel in the file.
  public var channelCounts: [String: Int] { [:] }
}

/// Appends received public frames to a raw file (`llmtrading record`).
public struct RecordingWriter: ~Copyable {
  public init(path: String) throws(RecordingError) { throw .unreadable(path) }
  public mutating func opened(url: String, at time: Int64) throws(RecordingError) {}
  public mutating func sent(url: String, _ text: [UInt8], at time: Int64) throws(RecordingError) {}
  /// `text` holds no newline: a frame that does is refused with `.malformedFrame`.
  public mutating func received(_ text: [UInt8], at time: Int64) throws(RecordingError) {}
}
