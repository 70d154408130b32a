// Turns libFuzzer's bytes into a stream and a way to cut it; fuzzing only.

/// The input after its first eight bytes, which seed how it is cut into pieces.
public struct FuzzInput {
  public let bytes: [UInt8]
  private var state: UInt64

  public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    let all = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    state = all.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    bytes = Array(all.dropFirst(8))
  }

  /// A number below `bound` (xorshift: the cut need only be varied and repeatable).
  public mutating func next(below bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  /// `bytes` cut at random places; with a zero seed, into single bytes.
  public mutating func pieces() -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = 1 + next(below: min(rest.count, 64))
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

/// FNV-1a over everything a run observed: two runs saw the same when their digests agree.
public struct Digest64: Equatable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public mutating func add(_ number: Int) {
    value = (value ^ UInt64(truncatingIfNeeded: number)) &* 0x100_0000_01B3
  }
  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    add(-1)
  }
}
