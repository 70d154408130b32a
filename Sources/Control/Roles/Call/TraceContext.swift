// The trace that ties news, roles, lease, orders and fills together (W3C Trace Context); control plane.

/// One span of one trace. `traceHigh` and `traceLow` ride on the lease and so on each order's record.
public struct TraceContext: Sendable, Hashable, Codable {
  public var traceHigh: UInt64
  public var traceLow: UInt64
  public var span: UInt64

  /// Nil when the trace or the span is all zero, which the standard forbids.
  public init?(traceHigh: UInt64, traceLow: UInt64, span: UInt64) {
    if (traceHigh | traceLow) == 0 || span == 0 { return nil }
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
  }

  /// A new trace with its first span.
  public init() {
    traceHigh = UInt64.random(in: 1...UInt64.max)
    traceLow = UInt64.random(in: 1...UInt64.max)
    span = UInt64.random(in: 1...UInt64.max)
  }

  /// Another span of the same trace.
  public func child() -> TraceContext {
    var child = self
    child.span = UInt64.random(in: 1...UInt64.max)
    return child
  }

  /// 32 hex digits.
  public var traceID: String { TraceContext.hex(traceHigh) + TraceContext.hex(traceLow) }
  /// 16 hex digits.
  public var spanID: String { TraceContext.hex(span) }
  /// The header's value, version 00, sampled.
  public var traceparent: String { "00-\(traceID)-\(spanID)-01" }

  /// Reads a `traceparent` header; nil unless it is well formed. Later versions may carry more fields.
  public init?(traceparent: String) {
    let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, parts[1].utf8.count == 32,
      parts[2].utf8.count == 16, parts[3].utf8.count == 2,
      parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(TraceContext.isLowerHex) }),
      parts[0] != "ff", parts[0] != "00" || parts.count == 4,
      let high = UInt64(parts[1].prefix(16), radix: 16),
      let low = UInt64(parts[1].suffix(16), radix: 16), let span = UInt64(parts[2], radix: 16)
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span)
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  private static func hex(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
