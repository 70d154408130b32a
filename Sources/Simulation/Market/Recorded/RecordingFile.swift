// Reader of the raw recording format: public frames with their receive times, bytes untouched; simulation.

import Foundation

public enum RecordingError: Error, Sendable, Equatable {
  case unreadable(String)
  case unwritable(String)
  case tooLarge
  /// No frame of a depth channel in it.
  case noBooks
  /// A frame whose data is not what its channel promises; nothing of the file is played.
  case malformedFrame(line: Int)
}

/// A body of a REST file: `URL -> EPOCH: BODY`.
public struct RecordedBody: Sendable {
  public var url: String
  public var time: Int64
  /// The body's bytes in the file.
  public var range: Range<Int>
}

/// A whole recording in memory.
public struct RecordingFile: Sendable {
  public let bytes: [UInt8]
  public private(set) var frames: [RecordedFrame] = []
  public private(set) var bodies: [RecordedBody] = []
  /// `URL <-> EPOCH` lines: connections opened.
  public private(set) var connectionLines = 0
  /// `URL <- EPOCH: JSON` lines: requests sent.
  public private(set) var requestLines = 0
  /// Lines in none of the known forms, skipped. A torn last line is among them.
  public private(set) var unknownLines = 0

  /// Largest file taken: it is held in memory whole.
  public static let bytesMax = 1 << 31

  public init(path: String) throws(RecordingError) {
    guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path) }
    if data.count > RecordingFile.bytesMax { throw .tooLarge }
    self.init(bytes: [UInt8](data))
  }

  public init(bytes: [UInt8]) {
    self.bytes = bytes
    var start = 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      line += 1
      if end > start && !take(line: start..<end, number: line) { unknownLines += 1 }
      start = end + 1
    }
  }

  public func bytes(of frame: RecordedFrame) -> [UInt8] { Array(bytes[frame.range]) }

  /// Depth channels in the file, each with its instruments in order of appearance.
  public var depthInstruments: [(channel: PublicChannel, instruments: [String])] {
    var found: [(channel: PublicChannel, instruments: [String])] = []
    var seen: Set<[String]> = []
    for frame in frames where frame.kind == .push {
      guard let channel = PublicChannel(rawValue: frame.channel), channel.isIncremental,
        seen.insert([frame.channel, frame.instrument]).inserted
      else { continue }
      if let index = found.firstIndex(where: { $0.channel == channel }) {
        found[index].instruments.append(frame.instrument)
      } else {
        found.append((channel, [frame.instrument]))
      }
    }
    return found
  }

  /// Pushes per channel, every channel in the file; `event` and `other` count the rest.
  public var channelCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for frame in frames {
      switch frame.kind {
      case .push: counts[frame.channel, default: 0] += 1
      case .event: counts["event", default: 0] += 1
      case .other: counts["other", default: 0] += 1
      }
    }
    return counts
  }

  private mutating func take(line: Range<Int>, number: Int) -> Bool {
    let first = bytes[line.lowerBound]
    if first >= 0x30 && first <= 0x39 {
      guard let (time, rest) = timeAndText(line) else { return false }
      frames.append(RecordedFrame(bytes, range: rest, time: time, line: number))
      return true
    }
    guard let gap = bytes[line].firstIndex(of: 0x20) else { return false }
    let tail = (gap + 1)..<line.upperBound
    if bytes[tail].starts(with: Array("<-> ".utf8)) {
      connectionLines += 1
      return true
    }
    let isRequest = bytes[tail].starts(with: Array("<- ".utf8))
    if !isRequest && !bytes[tail].starts(with: Array("-> ".utf8)) { return false }
    guard let (time, rest) = timeAndText((gap + 4)..<line.upperBound) else { return false }
    if isRequest {
      requestLines += 1
    } else {
      let url = String(decoding: bytes[line.lowerBound..<gap], as: UTF8.self)
      bodies.append(RecordedBody(url: url, time: time, range: rest))
    }
    return true
  }

  /// `EPOCH: TEXT`, the epoch in seconds with any number of decimals; those past nine are dropped.
  private func timeAndText(_ range: Range<Int>) -> (Int64, Range<Int>)? {
    var index = range.lowerBound
    var value: Int64 = 0
    var decimals = -1
    while index < range.upperBound {
      let byte = bytes[index]
      if byte >= 0x30 && byte <= 0x39 {
        if decimals < 9 {
          let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
          let (sum, carried) = product.addingReportingOverflow(Int64(byte - 0x30))
          if overflowed || carried { return nil }
          value = sum
          if decimals >= 0 { decimals += 1 }
        }
      } else if byte == 0x2E && decimals < 0 && index > range.lowerBound {
        decimals = 0
      } else {
        break
      }
      index += 1
    }
    guard index > range.lowerBound, bytes[index..<range.upperBound].starts(with: [0x3A, 0x20])
    else { return nil }
    var missing = 9 - max(0, decimals)
    while missing > 0 {
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      if overflowed { return nil }
      value = product
      missing -= 1
    }
    return (value, (index + 2)..<range.upperBound)
  }
}
