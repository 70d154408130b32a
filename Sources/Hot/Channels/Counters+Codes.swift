// Refusals and faults are counted by their stable codes; both planes.
import Quantities

extension RefusalCode: CounterName {
  @inlinable public var index: Int { Int(rawValue) }
  /// Codes stay below this: the place is the raw value.
  @inlinable public static var indexCount: Int { 128 }
}

extension FaultCode: CounterName {
  @inlinable public var index: Int { Int(rawValue) }
  /// Codes stay below this: the place is the raw value.
  @inlinable public static var indexCount: Int { 128 }
}
