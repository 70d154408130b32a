// Where a thread's outgoing frames are written and masked: one buffer and one generator for all its lines; hot plane.
import Quantities
import Wire

/// A text stands behind room for its header, so that it is masked and sealed where it was written.
@safe
public struct FrameWriter: ~Copyable {
  // SAFETY: owned; allocated and initialised in init with `byteCount` bytes, freed in deinit.
  private let buffer: UnsafeMutableRawBufferPointer
  private var keys: MaskGenerator

  /// `byteCount`: of the largest frame, header included.
  public init(byteCount: Int, keys: MaskGenerator) {
    precondition(byteCount > WebSocketEncoder.headerBytesMax, "Invariant: a frame has a payload")
    unsafe buffer = .allocate(byteCount: byteCount, alignment: 64)
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    self.keys = keys
  }

  deinit { unsafe buffer.deallocate() }

  /// Where `seal` expects its payload.
  @unsafe public var payloadRoom: UnsafeMutableRawBufferPointer {
    @_noLocks get {
      unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[WebSocketEncoder.headerBytesMax...])
    }
  }

  /// The masked text frame of the first `count` bytes of `payloadRoom`; empty where it has no frame.
  /// Valid until the next call.
  @unsafe @_noLocks
  public mutating func seal(count: Int) -> UnsafeRawBufferPointer {
    let start = WebSocketEncoder.headerBytesMax
    guard
      let begin = unsafe WebSocketEncoder.seal(
        .text, in: buffer, payloadAt: start, count: count, keys: &keys)
    else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeRawBufferPointer(rebasing: buffer[begin..<(start &+ count)])
  }

  /// A masked frame of `payload`; empty where it does not fit. Valid until the next call.
  @unsafe @_noLocks
  public mutating func frame(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    let count = unsafe WebSocketEncoder.write(opcode, payload: payload, keys: &keys, into: buffer)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer[0..<count])
  }

  @unsafe @_noLocks
  public mutating func close(_ code: WebSocketCloseCode) -> UnsafeRawBufferPointer {
    let count = unsafe WebSocketEncoder.writeClose(code, keys: &keys, into: buffer)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer[0..<count])
  }
}
