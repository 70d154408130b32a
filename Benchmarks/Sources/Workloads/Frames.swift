// Book messages as bytes: OKX's recorded ones brought to today's spelling, or generated ones where there is no recording.

import Foundation
import Quantities

/// Book messages of one stream, kept until the process ends.
@safe
public struct Frames: @unchecked Sendable {
  // SAFETY: written by `init` alone, never freed, only read afterwards.
  private let bytes: UnsafeMutablePointer<UInt8>
  private let ranges: [Range<Int>]
  public let texts: [String]
  public let instruments: InstrumentTable
  /// One sentence on where the bytes come from.
  public let origin: String

  public var count: Int { ranges.count }
  public var byteCount: Int { ranges.last?.upperBound ?? 0 }

  public subscript(index: Int) -> UnsafeRawBufferPointer {
    let range = ranges[index]
    return unsafe UnsafeRawBufferPointer(start: bytes + range.lowerBound, count: range.count)
  }

  init(_ texts: [String], instruments: InstrumentTable, origin: String) {
    self.texts = texts
    self.instruments = instruments
    self.origin = origin
    let all = texts.flatMap { Array($0.utf8) }
    unsafe bytes = .allocate(capacity: all.count + 64)
    unsafe bytes.initialize(repeating: 0, count: all.count + 64)
    for (index, byte) in all.enumerated() { unsafe bytes[index] = byte }
    var start = 0
    ranges = texts.map { text in
      let range = start..<start + text.utf8.count
      start = range.upperBound
      return range
    }
  }

  /// The folder with `recordings/`, where the environment names one in `RECORDINGS`.
  static let folder: URL? = {
    guard let path = ProcessInfo.processInfo.environment["RECORDINGS"] else { return nil }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let url = URL(fileURLWithPath: path, relativeTo: root).standardizedFileURL
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  static let recordingName = "okx-2022-02-books-l2-tbt.raw"

  public static var hasRecording: Bool { recorded.origin.hasPrefix(recordingName) }

  /// The recorded stream where there is one, else the generated one.
  public static let recorded: Frames = {
    guard let url = folder?.appendingPathComponent("recordings/\(recordingName)"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return generated }
    let texts = today(
      text.split(separator: "\n").compactMap { line in
        guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("wss:"),
          line.contains("\"action\"")
        else { return nil }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
      })
    return Frames(
      texts, instruments: table(of: texts),
      origin: "\(recordingName), sequence numbers added and checksum 0 as OKX sends today")
  }()

  /// The recording predates sequence numbers, and today's checksum is the constant 0.
  private static func today(_ texts: [String]) -> [String] {
    var last: [Substring: Int64] = [:]
    return texts.compactMap { text in
      guard text.hasSuffix("}]}"), let found = text.firstMatch(of: /"instId":"([^"]+)"/) else {
        return nil
      }
      let name = found.1
      let previous = text.contains("\"snapshot\"") ? -1 : last[name, default: 0]
      let sequence = last[name, default: 0] + 1
      last[name] = sequence
      return text.replacing(/"checksum":-?[0-9]+/, with: "\"checksum\":0").dropLast(3)
        + ",\"seqId\":\(sequence),\"prevSeqId\":\(previous)}]}"
    }
  }

  /// A table with the finest decimals that the messages use: the recording names no tick sizes.
  private static func table(of texts: [String]) -> InstrumentTable {
    var finest: [String: (price: UInt8, size: UInt8)] = [:]
    for text in texts {
      guard let message = try? JSONDecoder().decode(BookMessage.self, from: Data(text.utf8))
      else { continue }
      for row in message.data.flatMap({ $0.asks + $0.bids }) {
        guard let price = DecimalNumber(row[0]), let size = DecimalNumber(row[1]) else { continue }
        let held = finest[message.arg.instId] ?? (0, 0)
        finest[message.arg.instId] = (
          max(held.price, price.decimals), max(held.size, size.decimals)
        )
      }
    }
    return InstrumentTable(
      finest.sorted { $0.key < $1.key }.compactMap { (name, places) in
        Symbol(name).map {
          Instrument(
            id: .none, symbol: $0, type: .spot,
            tick: Increment(mantissa: 1, decimals: places.price),
            lot: Increment(mantissa: 1, decimals: places.size))
        }
      })
  }
}

/// A book push as Foundation reads it.
struct BookMessage: Decodable {
  struct Argument: Decodable {
    var channel: String
    var instId: String
  }
  struct Book: Decodable {
    var asks: [[String]]
    var bids: [[String]]
    var ts: String
    var seqId: Int64
    var prevSeqId: Int64
  }
  var arg: Argument
  var action: String
  var data: [Book]
}
