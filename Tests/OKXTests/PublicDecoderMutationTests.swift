// Frames with flipped bits and cut ends: never a trap, never half a message, never another meaning than Foundation's.

import Foundation
import OKX
import Quantities
import Testing

private let frames = [
  #"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["78722.3","0.38699412","0","10"],["78729.9","0","0","0"]],"bids":[["78722.2","12","0","1"]],"ts":"1787612486107","checksum":-3,"seqId":80274874876,"prevSeqId":80274874800}]}"#,
  #"{"action":"snapshot","data":[{"prevSeqId":-1,"asks":[],"bids":[["78722.2","12","0","1"]],"ts":"17","seqId":8}],"arg":{"channel":"books-l2-tbt","instId":"ETH-USDT"}}"#,
  #"{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["8476.9","415","0","13"]],"bids":[["8476.8","256","0","12"]],"ts":"1597026383085","seqId":123456}]}"#,
  #"{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"1040968613","px":"64040.2","sz":"0.00240857","side":"buy","ts":"1786538760218","count":"2","source":"0","seqId":79706765242}]}"#,
  #"{"id":"1512","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3"}"#,
  #"{"id":"31","event":"error","code":"64003","msg":"fee \"tier\" \u00e9","connId":"a4d3ae55"}"#,
]

/// Decodes and checks all that must hold of any input.
private func check(_ bytes: [UInt8], _ decoder: borrowing PublicDecoder, _ claim: Claim) {
  let frame = decoder.decode(bytes, claim)
  guard let messages = claim.messages(frame.byteCount) else {
    Issue.record("half a message from \(String(decoding: bytes, as: UTF8.self))")
    return
  }
  // A blank at the end leaves the positional way out: by name, the same must come of it.
  let other = Claim()
  let named = decoder.decode(bytes + [0x20], other)
  if named.kind != frame.kind || named.fault != frame.fault
    || other.messages(named.byteCount) != messages
  {
    Issue.record("\(frame) by position, \(named) by name")
  }
  if frame.kind != .market {
    if !messages.isEmpty { Issue.record("bytes without a market frame") }
    return
  }
  // Foundation also refuses broken UTF-8, which is the frame layer's task here.
  guard String(validating: bytes, as: UTF8.self) != nil else { return }
  if let wanted = Reference.decode(bytes, usualTable) {
    if messages != wanted {
      Issue.record("\(String(decoding: bytes, as: UTF8.self)) became \(messages)")
    }
  } else if !messages.isEmpty {
    Issue.record("Foundation reads nothing in \(String(decoding: bytes, as: UTF8.self))")
  }
}

@Test func everyCutEndIsRefused() {
  let decoder = PublicDecoder(instruments: usualTable)
  let claim = Claim()
  for text in frames {
    let bytes = Array(text.utf8)
    #expect(decoder.decode(bytes, claim).kind != .faulty)
    for length in 0..<bytes.count {
      let frame = decoder.decode(Array(bytes.prefix(length)), claim)
      #expect(frame.fault == .malformedJSON && frame.byteCount == 0)
    }
  }
  #expect(claim.isIntact)
}

@Test func everyFlippedBitIsReadAsFoundationReadsIt() {
  let decoder = PublicDecoder(instruments: usualTable)
  let claim = Claim()
  for text in frames {
    let bytes = Array(text.utf8)
    for position in bytes.indices {
      for bit in 0..<8 {
        var mutated = bytes
        mutated[position] ^= 1 << UInt8(bit)
        check(mutated, decoder, claim)
      }
    }
  }
  #expect(claim.isIntact)
}

@Test func splicedFramesAreReadAsFoundationReadsThem() {
  var generator = SeededGenerator(seed: 41)
  let decoder = PublicDecoder(instruments: usualTable)
  let claim = Claim()
  let pool = frames.map { Array($0.utf8) }
  for _ in 0..<20_000 {
    var bytes = pool.randomElement(using: &generator)!
    for _ in 0..<(generator.next() % 4) {
      let at = Int(generator.next() % UInt64(bytes.count))
      let other = pool.randomElement(using: &generator)!
      let from = Int(generator.next() % UInt64(other.count))
      let length = min(Int(generator.next() % 24), other.count - from)
      switch generator.next() % 3 {
      case 0: bytes.insert(contentsOf: other[from..<from + length], at: at)
      case 1:
        bytes.replaceSubrange(at..<min(bytes.count, at + length), with: other[from..<from + length])
      default: bytes.removeSubrange(at..<min(bytes.count, at + length))
      }
      if bytes.isEmpty { bytes = [0x20] }
    }
    check(bytes, decoder, claim)
  }
  #expect(claim.isIntact)
}
