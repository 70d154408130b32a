// Collects response bytes until the final head is whole, and keeps what came after it; control plane (allocates).

import Quantities

/// Feed it pieces as they come; the head's end is searched once per byte.
struct HTTPHeadCollector: Sendable {
  /// What every refusal of this response is counted as.
  let fault: FaultCode
  private var bytes: [UInt8] = []
  /// Bytes already searched for the blank line.
  private var searched = 0
  private var interimResponses = 0

  /// Interim (1xx) answers tolerated before the real one.
  static var interimResponsesMax: Int { 4 }

  init(fault: FaultCode) { self.fault = fault }

  /// The bytes that followed the head.
  var leftover: [UInt8] { bytes }

  /// The final head once it is whole, nil while it is not.
  mutating func take(_ piece: UnsafeRawBufferPointer) throws(HandshakeRefusal) -> HTTPHead? {
    unsafe bytes.append(contentsOf: piece)
    while let head = try nextHead() {
      // RFC 9110 §15.2: interim answers may precede the final one; 101 is final.
      if head.status >= 200 || head.status == 101 { return head }
      interimResponses += 1
      if interimResponses > HTTPHeadCollector.interimResponsesMax {
        throw HandshakeRefusal(fault, .interimResponses, status: head.status)
      }
    }
    return nil
  }

  private mutating func nextHead() throws(HandshakeRefusal) -> HTTPHead? {
    var index = max(searched, 3)
    while index < bytes.count && index < HTTPHead.bytesMax {
      if bytes[index] == 0x0A && bytes[index - 1] == 0x0D && bytes[index - 2] == 0x0A
        && bytes[index - 3] == 0x0D
      {
        let head = try parse(bytes[...index])
        bytes.removeFirst(index + 1)
        searched = 0
        return head
      }
      index += 1
    }
    searched = index
    if bytes.count >= HTTPHead.bytesMax { throw HandshakeRefusal(fault, .headTooLarge) }
    return nil
  }

  private func parse(_ head: ArraySlice<UInt8>) throws(HandshakeRefusal) -> HTTPHead {
    do {
      return try HTTPHead(head)
    } catch {
      switch error {
      case .tooLarge: throw HandshakeRefusal(fault, .headTooLarge)
      case .statusLine, .field: throw HandshakeRefusal(fault, .malformedHead)
      }
    }
  }
}
