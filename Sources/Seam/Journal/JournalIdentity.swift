// Which start of which build wrote a segment; seam.

import CKernel

/// `configuration: simulated|demo|live` as journal headers carry it.
@frozen
public enum JournalEnvironment: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case unknown = 0
  case simulated = 1
  case demo = 2
  case live = 3
  public var name: String { "\(self)" }
}

/// Thirty-two bytes as four words: a build id, a hash.
@frozen
public struct Digest32: Hashable, Sendable, BitwiseCopyable {
  public var word0: UInt64 = 0
  public var word1: UInt64 = 0
  public var word2: UInt64 = 0
  public var word3: UInt64 = 0
  @inlinable public init() {}

  /// The first 32 bytes of `bytes`, zero padded.
  public init(_ bytes: some Sequence<UInt8>) {
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.prefix(32).enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
    }
    word0 = words[0]
    word1 = words[1]
    word2 = words[2]
    word3 = words[3]
  }

  public var bytes: [UInt8] {
    [word0, word1, word2, word3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }

  /// Lower-case hex.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// What every segment of one start says of itself.
@frozen
public struct JournalIdentity: Hashable, Sendable, BitwiseCopyable {
  public var build: Digest32
  public var configuration: Digest32
  public var environment: JournalEnvironment
  /// The number in the upper bits of this start's `clOrdId`s.
  public var start: UInt32
  /// The kernel's boot id: monotonic instants of two boots do not compare.
  public var bootHigh: UInt64
  public var bootLow: UInt64

  public init(
    build: Digest32, configuration: Digest32, environment: JournalEnvironment, start: UInt32
  ) {
    self.build = build
    self.configuration = configuration
    self.environment = environment
    self.start = start
    var bytes = [UInt8](repeating: 0, count: 16)
    // SAFETY: the call writes exactly the 16 bytes that the array holds.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { unsafe ck_boot_id($0.baseAddress!) }
    if result < 0 { bytes = [UInt8](repeating: 0, count: 16) }
    let digest = Digest32(bytes)
    bootHigh = digest.word0
    bootLow = digest.word1
  }
}
