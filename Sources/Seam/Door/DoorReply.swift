// What the core answers, and the codes it answers with; the seam.

/// Stable numbers: an interface.
public enum DoorCode: UInt16, Error, Hashable, Sendable, CaseIterable {
  case done = 0
  // The frame
  case malformed = 1
  case unsupportedVersion = 2
  case unknownKind = 3
  case tooLarge = 4
  case badText = 5
  // The peer
  case notAllowed = 10
  case rateLimited = 11
  case busy = 12
  // The fields
  case unknownInstrument = 20
  case targetRange = 21
  case timeToLiveRange = 22
  case driftRange = 23
  case confidenceRange = 24
  case referenceRange = 25
  case badUrgency = 26
  case badSource = 27
  case badState = 28
  case missingPerson = 29
  case missingReason = 30
  case limitRange = 31
  case nothingAsked = 32
  case badUnits = 33
  // What the core made of it
  case needsRearm = 40
  case notTradable = 41
  /// Would loosen a limit, or leaves the ceiling of the core's own configuration.
  case refused = 42
  case shuttingDown = 43
  case notStarted = 44
  /// A stop holds, and nothing would come of the request; the detail names it.
  case stopped = 45
  /// Beyond a limit that was made stricter since the start.
  case beyondLimit = 46
  /// Decided in another lot, tick or contract value than holds now, and not to be counted in it; the detail says how to ask.
  case unitsChanged = 47

  /// One sentence for people.
  public var meaning: String {
    switch self {
    case .done: "done"
    case .malformed: "the request does not have the door's form"
    case .unsupportedVersion: "the core speaks another version of the door"
    case .unknownKind: "the core does not know this request"
    case .tooLarge: "the request is larger than any the door takes"
    case .badText: "a text is not UTF-8 or holds control characters"
    case .notAllowed: "this user may not ask this"
    case .rateLimited: "too many requests; try again later"
    case .busy: "the door has as many clients as it takes; try again later"
    case .unknownInstrument: "the core does not run this instrument"
    case .targetRange: "the target leaves the position limit"
    case .timeToLiveRange: "the time to live must lie between 1 s and 24 h"
    case .driftRange: "the drift must lie between 0 and 10,000 basis points"
    case .confidenceRange: "the confidence must lie between 0 and 1,000 permille"
    case .referenceRange: "the reference must not be negative"
    case .badUrgency: "the urgency is unknown"
    case .badSource: "the source is unknown, or not one that may ask through the door"
    case .badState: "the trading state is unknown"
    case .missingPerson: "the request must name a person"
    case .missingReason: "the request must give a reason"
    case .limitRange: "a limit must not be negative"
    case .nothingAsked: "the request asks for no change"
    case .badUnits: "a lot, tick and contract value are positive decimal numbers"
    case .needsRearm: "that would loosen a stop: use rearm, with person and reason"
    case .notTradable: "the instrument is shown, not traded"
    case .refused: "the core refused"
    case .shuttingDown: "the core is shutting down"
    case .notStarted: "start-up is not through"
    case .stopped: "a stop holds"
    case .beyondLimit: "a limit in force does not let it"
    case .unitsChanged: "the request counts in another lot or contract value than holds now"
    }
  }
}

/// 320 bytes on the wire. What the numbers mean depends on the request.
public struct DoorReply: Hashable, Sendable {
  /// The request's, carried back.
  public var id: UInt64
  public var code: DoorCode
  public var first: Int64 = 0
  public var second: Int64 = 0
  public var third: Int64 = 0
  public var fourth: Int64 = 0
  /// At most `DoorLayout.detailBytesMax` bytes; longer ones are cut at a character.
  public var detail: String

  public init(_ code: DoorCode, detail: String = "", id: UInt64 = 0) {
    self.code = code
    self.detail = detail
    self.id = id
  }

  public var isDone: Bool { code == .done }

  static var bodyBytes: Int { 8 + 4 * 8 + 2 + DoorLayout.detailBytesMax }

  public func frame() -> [UInt8] {
    var writer = DoorWriter()
    writer.put(DoorLayout.magic)
    writer.put(DoorLayout.version)
    writer.put(DoorLayout.replyKind)
    writer.put(UInt32(DoorLayout.headerBytes + DoorReply.bodyBytes))
    writer.put(UInt32(0))
    writer.put(id)
    writer.put(code.rawValue)
    writer.put(UInt16(0))
    writer.put(UInt32(0))
    for number in [first, second, third, fourth] { writer.put(number) }
    writer.put(text: detail, room: DoorLayout.detailBytesMax)
    return writer.bytes
  }

  static func decode(id: UInt64, body: ArraySlice<UInt8>) -> DoorReply? {
    if body.count != bodyBytes { return nil }
    var reader = DoorReader(body)
    guard let code = DoorCode(rawValue: reader.get(UInt16.self)) else { return nil }
    _ = reader.get(UInt16.self)
    _ = reader.get(UInt32.self)
    var reply = DoorReply(code, id: id)
    reply.first = reader.get(Int64.self)
    reply.second = reader.get(Int64.self)
    reply.third = reader.get(Int64.self)
    reply.fourth = reader.get(Int64.self)
    reply.detail = reader.text(room: DoorLayout.detailBytesMax)
    return reader.isShort || reader.isTextBad ? nil : reply
  }
}

/// A frame's header, judged before its body is waited for.
struct DoorHeader {
  var kind: UInt16
  var byteCount: Int
  var id: UInt64

  /// Nil while fewer than `headerBytes` are there. A header that is no door's ends the conversation.
  static func parse(_ bytes: ArraySlice<UInt8>) throws(DoorCode) -> DoorHeader? {
    if bytes.count < DoorLayout.headerBytes { return nil }
    var reader = DoorReader(bytes)
    if reader.get(UInt32.self) != DoorLayout.magic { throw .malformed }
    if reader.get(UInt16.self) != DoorLayout.version { throw .unsupportedVersion }
    let kind = reader.get(UInt16.self)
    let count = reader.get(UInt32.self)
    if reader.get(UInt32.self) != 0 { throw .malformed }
    let id = reader.get(UInt64.self)
    if count > UInt32(DoorLayout.frameBytesMax) { throw .tooLarge }
    if count < UInt32(DoorLayout.headerBytes) { throw .malformed }
    return DoorHeader(kind: kind, byteCount: Int(count), id: id)
  }
}
