// The frame reader: nothing traps, and a stream in pieces through a small inbox gives what it gives whole.
import FuzzSupport
import Wire

private let messageBytesMax = 2048

/// Everything the reader says about `pieces`, folded into a digest.
private func observe(_ pieces: [ArraySlice<UInt8>], inboxBytes: Int) -> Digest64 {
  var reader = WebSocketReader(messageBytesMax: messageBytesMax, inboxBytesMax: inboxBytes)
  var digest = Digest64()
  var inbox: [UInt8] = []
  for piece in pieces {
    var rest = piece
    while !rest.isEmpty {
      let taken = min(rest.count, inboxBytes - inbox.count)
      precondition(taken > 0, "the reader made no progress with a full inbox")
      inbox += rest.prefix(taken)
      rest = rest.dropFirst(taken)
      var front = 0
      while true {
        let (isMore, consumed) = unsafe inbox.withUnsafeBytes { bytes in
          let input = unsafe UnsafeRawBufferPointer(rebasing: bytes[front...])
          let event = unsafe reader.next(input)
          precondition(event.consumed >= 0 && event.consumed <= input.count)
          if event.kind == .needMore {
            precondition(event.bytesNeeded <= inboxBytes, "more is asked for than the inbox holds")
            return (true, event.consumed)
          }
          digest.add(Int(event.kind.rawValue))
          digest.add(Int(event.violation.rawValue))
          digest.add(Int(event.closeCode.rawValue))
          unsafe digest.add(event.payload)
          if event.kind == .text {
            let payload = unsafe Array(event.payload)
            precondition(String(validating: payload, as: UTF8.self) != nil)
          }
          return (false, event.consumed)
        }
        front += consumed
        if isMore { break }
      }
      inbox.removeFirst(front)
    }
  }
  return digest
}

@c(LLVMFuzzerTestOneInput)
public func fuzzWebSocket(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe FuzzInput(start, count)
  let whole = observe([input.bytes[...]], inboxBytes: max(256, input.bytes.count))
  let inboxBytes = 256 + input.next(below: 512)
  precondition(observe(input.pieces(), inboxBytes: inboxBytes) == whole, "pieces differ from whole")
  return 0
}
