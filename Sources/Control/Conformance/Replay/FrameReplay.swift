// Frames of an earlier run, read by the decoders that trade: what they take, and what they do not; control plane.

import Account
import Foundation
import JSON
import OKX
import Quantities

/// How the desk's own decoders read a `frames.jsonl`.
public struct FrameReplay: Sendable {
  /// Messages by channel or kind.
  public private(set) var taken: [String: Int] = [:]
  /// Frames that a decoder refused, each in a sentence; at most `refusalsMax` of them.
  public private(set) var refused: [String] = []
  public private(set) var refusedCount = 0

  public static let refusalsMax = 20

  public enum ReplayError: Error, CustomStringConvertible {
    case unreadable(String)
    case line(Int, String)
    case noInstruments

    public var description: String {
      switch self {
      case .unreadable(let file): "no file at \(file)"
      case .line(let number, let why): "line \(number) is no frame: \(why)"
      case .noInstruments:
        "the frames name no instrument: no reply of public/instruments is among them"
      }
    }
  }

  /// Reads the file that a run wrote. Instruments are those of the first `public/instruments` reply of each type.
  public init(file: String) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ReplayError.unreadable(file)
    }
    let frames = try data.split(separator: 0x0A).enumerated().map { number, line in
      try FrameReplay.frame(Array(line), number + 1)
    }
    var catalog = InstrumentCatalog()
    for frame in frames where frame.call?.contains("public/instruments?") == true {
      // A reply that is no list is told by the run itself.
      try? catalog.add(body: Data(frame.text.utf8))
    }
    guard !catalog.ids.isEmpty else { throw ReplayError.noInstruments }
    let table = try catalog.table(
      Array(catalog.ids.sorted().prefix(InstrumentTable.instrumentsMax)))
    var readers = Readers(table)
    for frame in frames where frame.direction == .received && frame.call == nil {
      count(readers.read(frame), frame)
    }
  }

  private mutating func count(_ reading: Reading, _ frame: LoggedFrame) {
    switch reading {
    case .taken(let kind): taken[kind, default: 0] += 1
    case .passed: break
    case .refused(let fault):
      refusedCount += 1
      if refused.count < FrameReplay.refusalsMax {
        refused.append("\(frame.line): \(fault): \(frame.text.prefix(160))")
      }
    }
  }

  private static func frame(_ bytes: [UInt8], _ number: Int) throws -> LoggedFrame {
    let json: JSONValue
    do { json = try JSONValue(parsing: bytes) } catch {
      throw ReplayError.line(number, "\(error)")
    }
    guard let time = json["ms"]?.integer, let line = json["line"]?.string,
      let direction = json["direction"]?.string.flatMap(FrameDirection.init(rawValue:)),
      let text = json["text"]?.string
    else { throw ReplayError.line(number, "a member is missing") }
    return LoggedFrame(
      milliseconds: time, line: line, direction: direction, call: json["call"]?.string, text: text)
  }
}

private enum Reading {
  case taken(String)
  /// Nothing that the desk subscribes to.
  case passed
  case refused(FaultCode)
}

/// The decoders of the three paths.
@safe
private struct Readers: ~Copyable {
  private let market: PublicDecoder
  private var account: PrivateDecoder
  private let context: ContextDecoder
  // SAFETY: owned; allocated in init, freed in deinit, given to one call at a time.
  private let claim: UnsafeMutableRawBufferPointer
  private static let claimBytes = 1 << 20

  init(_ table: InstrumentTable) {
    market = PublicDecoder(instruments: table)
    account = PrivateDecoder(instruments: table)
    context = ContextDecoder(instruments: table)
    unsafe claim = .allocate(byteCount: Readers.claimBytes, alignment: 64)
  }

  deinit { unsafe claim.deallocate() }

  mutating func read(_ frame: LoggedFrame) -> Reading {
    let bytes = Array(frame.text.utf8)
    let json = (try? JSONValue(parsing: bytes)) ?? .null
    let channel = json["arg"]?["channel"]?.string ?? ""
    let isPush = json["event"] == nil && json["data"] != nil && json["arg"] != nil
    if frame.line.hasPrefix("private") {
      let isOurs = ["orders", "account", "positions"].contains(channel)
      // The desk amends nothing.
      let isAmend = json["op"]?.string?.contains("amend") == true
      return isPush && !isOurs || isAmend ? .passed : privately(bytes, json)
    }
    if !isPush { return .passed }
    if MarketChannel(okxName: channel) != nil { return publicly(bytes, channel) }
    return ContextChannel(rawValue: channel) != nil || channel.hasPrefix("candle")
      ? contextually(bytes, channel) : .passed
  }

  private func publicly(_ bytes: [UInt8], _ channel: String) -> Reading {
    let frame = unsafe bytes.withUnsafeBytes {
      unsafe market.decode(
        $0, receivedAt: .zero, stamp: .zero, connection: 0, into: claim)
    }
    if frame.fault == .unknownInstrument { return .passed }
    return frame.fault == .none ? .taken(channel) : .refused(frame.fault)
  }

  private mutating func privately(_ bytes: [UInt8], _ json: JSONValue) -> Reading {
    let wall = WallMilliseconds.now()
    let frame = unsafe bytes.withUnsafeBytes {
      unsafe account.decode($0, receivedAt: .zero, wall: wall)
    }
    let name = json["event"]?.string ?? json["op"]?.string ?? json["arg"]?["channel"]?.string
    return frame.fault == .none ? .taken(name ?? "\(frame.kind)") : .refused(frame.fault)
  }

  private func contextually(_ bytes: [UInt8], _ channel: String) -> Reading {
    do throws(FaultCode) {
      let result = unsafe bytes.withUnsafeBytes { piece in
        Result<Int, FaultCode> { () throws(FaultCode) in
          unsafe try context.decode(piece, receivedAt: .zero).count
        }
      }
      _ = try result.get()
      return .taken(channel)
    } catch {
      // A bar of an interval that the desk does not ask for.
      return error == .unknownChannel ? .passed : .refused(error)
    }
  }
}
