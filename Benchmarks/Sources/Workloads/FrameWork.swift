// Wire: WebSocket frames read and masked, against swift-nio's decoder and masking.

import NIOCore
import NIOEmbedded
import NIOWebSocket
import Quantities
import Wire

public enum FrameWork {
  static var all: [Work] { [reader, mask] }

  static var pairs: [Pair] {
    [
      Pair("WebSocket reader, UTF-8 checked / NIO, unchecked", ours: reader, peer: nioReader),
      Pair("WebSocket frame masked in place / NIO webSocketMask", ours: mask, peer: nioMask),
    ]
  }

  /// Bytes that one receive brings.
  private static let receiveBytes = 16 * 1024

  /// The stream as a server sends it: one unmasked text frame a message.
  private static var stream: [UInt8] {
    var stream: [UInt8] = []
    for text in Frames.recorded.texts {
      let count = text.utf8.count
      stream.append(0x81)
      if count < 126 {
        stream.append(UInt8(count))
      } else if count < 65536 {
        stream += [126, UInt8(count >> 8), UInt8(count & 0xFF)]
      } else {
        stream.append(127)
        for shift in stride(from: 56, through: 0, by: -8) {
          stream.append(UInt8(truncatingIfNeeded: count >> shift))
        }
      }
      stream += Array(text.utf8)
    }
    return stream
  }

  private static var reader: Work {
    let stream = stream
    return Work("WebSocket: read frames", "frame", count: Frames.recorded.count) {
      var reader = WebSocketReader(inboxBytesMax: 64 * 1024)
      var frames: UInt64 = 0
      var bytes: UInt64 = 0
      unsafe stream.withUnsafeBytes { all in
        var taken = 0
        var filled = 0
        while filled < all.count {
          filled = min(all.count, filled + receiveBytes)
          while true {
            let inbox = unsafe UnsafeRawBufferPointer(rebasing: all[taken..<filled])
            let event = unsafe reader.next(inbox)
            taken &+= event.consumed
            if event.kind == .needMore { break }
            frames &+= 1
            bytes &+= unsafe UInt64(event.payload.count)
          }
        }
      }
      return frames << 40 | bytes
    }
  }

  private final class Counter: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    var frames: UInt64 = 0
    var bytes: UInt64 = 0
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      frames &+= 1
      bytes &+= UInt64(unwrapInboundIn(data).data.readableBytes)
    }
  }

  private static var nioReader: Work {
    let stream = ByteBuffer(bytes: stream)
    return Work("WebSocket: NIO decoder", "frame", count: Frames.recorded.count) {
      let counter = Counter()
      let channel = EmbeddedChannel()
      do {
        try channel.pipeline.syncOperations.addHandler(
          ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 256 * 1024)))
        try channel.pipeline.syncOperations.addHandler(counter)
        var position = 0
        while position < stream.readableBytes {
          let length = min(receiveBytes, stream.readableBytes - position)
          guard let piece = stream.getSlice(at: position, length: length) else { return 0 }
          try channel.writeInbound(piece)
          position += length
        }
        _ = try channel.finish(acceptAlreadyClosed: true)
      } catch { return 0 }
      return counter.frames << 40 | counter.bytes
    }
  }

  /// About the size of an order request. Ours also draws the key and writes the header.
  private static let payloadBytes = 192
  private static let masked = 10_000

  private static var mask: Work {
    let room = WebSocketEncoder.headerBytesMax + payloadBytes
    var keys = MaskGenerator(seed: (1, 2, 3, 4))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 64)
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0x41)
    return Work("WebSocket: seal a \(payloadBytes)-byte frame", "frame", count: masked) {
      var bytes: UInt64 = 0
      for _ in 0..<masked {
        let begin = unsafe WebSocketEncoder.seal(
          .text, in: buffer, payloadAt: WebSocketEncoder.headerBytesMax, count: payloadBytes,
          keys: &keys)
        if begin != nil { bytes &+= UInt64(payloadBytes) }
      }
      return bytes
    }
  }

  private static var nioMask: Work {
    var buffer = ByteBuffer(repeating: 0x41, count: payloadBytes)
    let key: WebSocketMaskingKey = [0x12, 0x55, 0xAA, 0x34]
    return Work("WebSocket: NIO webSocketMask", "frame", count: masked) {
      var bytes: UInt64 = 0
      for _ in 0..<masked {
        buffer.webSocketMask(key)
        bytes &+= UInt64(buffer.readableBytes)
      }
      return bytes
    }
  }
}
