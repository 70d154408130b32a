// Wire: reading JSON by pulling against Foundation's parser, and UTF-8 against the standard library's.

import Foundation
import Quantities
import Wire

public enum WireWork {
  public static var all: [Work] { [json, utf8] + FrameWork.all }

  public static var pairs: [Pair] {
    [
      Pair("JSON scanner / Foundation JSONDecoder", ours: json, peer: jsonDecoder),
      Pair("UTF-8 validator / stdlib UTF8Span", ours: utf8, peer: utf8Span),
    ] + FrameWork.pairs
  }

  private static var json: Work {
    let frames = Frames.recorded
    return Work("JSON: pull every level", "frame", count: frames.count) {
      var sum: UInt64 = 0
      for index in 0..<frames.count { sum &+= unsafe pull(frames[index]) }
      return sum
    }
  }

  private static var jsonDecoder: Work {
    let data = Frames.recorded.texts.map { Data($0.utf8) }
    return Work("JSON: JSONDecoder", "frame", count: data.count) {
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
  }

  private static var utf8: Work {
    let frames = Frames.recorded
    return Work("UTF-8: validate", "frame", count: frames.count) {
      var valid: UInt64 = 0
      for index in 0..<frames.count {
        var validator = UTF8Validator()
        if unsafe validator.accept(frames[index]) && validator.isComplete { valid &+= 1 }
      }
      return valid
    }
  }

  private static var utf8Span: Work {
    let frames = Frames.recorded
    return Work("UTF-8: UTF8Span", "frame", count: frames.count) {
      var valid: UInt64 = 0
      for index in 0..<frames.count {
        let bytes = unsafe frames[index].bindMemory(to: UInt8.self)
        let span = unsafe bytes.span
        do throws(UTF8.ValidationError) {
          let text = try UTF8Span(validating: span)
          if text.count == span.count { valid &+= 1 }
        } catch {}
      }
      return valid
    }
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
