// Wire: reading JSON by pulling against Foundation's two parsers.

import Foundation
import Quantities
import Wire

public enum WireWork {
  public static var all: [Work] { pairs.map(\.ours) }

  public static var pairs: [Pair] {
    let frames = Frames.recorded
    let scanner = Work("JSON: pull every level", "frame", count: frames.count) {
      var sum: UInt64 = 0
      for index in 0..<frames.count { sum &+= unsafe pull(frames[index]) }
      return sum
    }
    let data = frames.texts.map { Data($0.utf8) }
    let decoder = Work("JSON: JSONDecoder", "frame", count: frames.count) {
      var sum: UInt64 = 0
      let decoder = JSONDecoder()
      for data in data {
        guard let message = try? decoder.decode(BookMessage.self, from: data) else { return 0 }
        for book in message.data {
          sum &+= UInt64(bitPattern: book.seqId)
          for row in book.asks { sum &+= UInt64(row[0].utf8.count &+ row[1].utf8.count) }
          for row in book.bids { sum &+= UInt64(row[0].utf8.count &+ row[1].utf8.count) }
        }
      }
      return sum
    }
    return [Pair("JSON scanner / JSONDecoder", ours: scanner, peer: decoder)]
  }

  /// Walks one book message by key names and counts the digits of every level.
  @inline(never)
  static func pull(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var scanner = unsafe JSONScanner(bytes)
    var sum: UInt64 = 0
    do throws(FaultCode) {
      var more = try scanner.enterObject()
      while more {
        if scanner.name(try scanner.key()) == JSONName("data") {
          var next = try scanner.enterArray()
          while next {
            sum &+= try book(&scanner)
            next = try scanner.nextElement()
          }
        } else {
          try scanner.skipValue()
        }
        more = try scanner.nextMember()
      }
      try scanner.finish()
    } catch { return 0 }
    return sum
  }

  private static func book(_ scanner: inout JSONScanner) throws(FaultCode) -> UInt64 {
    var sum: UInt64 = 0
    var more = try scanner.enterObject()
    while more {
      switch scanner.name(try scanner.key()) {
      case JSONName("asks"), JSONName("bids"):
        var next = try scanner.enterArray()
        while next {
          sum &+= try level(&scanner)
          next = try scanner.nextElement()
        }
      case JSONName("seqId"): sum &+= UInt64(bitPattern: try scanner.integer())
      default: try scanner.skipValue()
      }
      more = try scanner.nextMember()
    }
    return sum
  }

  private static func level(_ scanner: inout JSONScanner) throws(FaultCode) -> UInt64 {
    var sum = 0
    var field = 0
    var more = try scanner.enterArray()
    while more {
      let text = try scanner.string()
      if field < 2 { sum &+= text.count }
      field &+= 1
      more = try scanner.nextElement()
    }
    return UInt64(sum)
  }
}
