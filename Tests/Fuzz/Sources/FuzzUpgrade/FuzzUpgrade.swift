// The upgrade, CONNECT and address parsers: nothing traps, and pieces give what the whole response gives.
import FuzzSupport
import Wire

private enum Outcome: Equatable {
  case needMore
  case ready([UInt8])
  case refused(HandshakeRefusal)
}

private func outcome(
  _ pieces: [ArraySlice<UInt8>],
  _ receive: (UnsafeRawBufferPointer) throws(HandshakeRefusal) -> HandshakeProgress
) -> Outcome {
  for (index, piece) in pieces.enumerated() {
    let step: Result<HandshakeProgress, HandshakeRefusal> = unsafe piece.withUnsafeBytes { bytes in
      do throws(HandshakeRefusal) {
        return .success(unsafe try receive(bytes))
      } catch {
        return .failure(error)
      }
    }
    switch step {
    case .success(.needMore): continue
    case .success(.ready(let leftover)):
      return .ready(leftover + pieces[(index + 1)...].flatMap { $0 })
    case .failure(let refusal): return .refused(refusal)
    }
  }
  return .needMore
}

private func upgraded(_ url: WebSocketURL, _ pieces: [ArraySlice<UInt8>]) -> Outcome {
  var upgrade = WebSocketUpgrade(url: url, nonce: Array("the sample nonce".utf8))
  return unsafe outcome(pieces) { bytes throws(HandshakeRefusal) in
    unsafe try upgrade.receive(bytes)
  }
}

private func connected(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
  var connect = ProxyConnect(authority: "ws.okx.com:8443")
  return unsafe outcome(pieces) { bytes throws(HandshakeRefusal) in
    unsafe try connect.receive(bytes)
  }
}

@c(LLVMFuzzerTestOneInput)
public func fuzzUpgrade(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe FuzzInput(start, count)
  guard let url = try? WebSocketURL("wss://ws.okx.com:8443/ws/v5/public") else {
    fatalError("the fixed address parses")
  }
  let whole = [input.bytes[...]]
  let pieces = input.pieces()
  precondition(upgraded(url, pieces) == upgraded(url, whole), "pieces differ from whole")
  precondition(connected(pieces) == connected(whole), "pieces differ from whole")
  if let text = String(validating: input.bytes, as: UTF8.self),
    let address = try? WebSocketURL(text)
  {
    precondition((try? WebSocketURL(address.description)) == address, "an address reads back")
    precondition(!address.resource.utf8.contains { $0 <= 0x20 || $0 >= 0x7F })
  }
  return 0
}
