// Why a state file is refused, each with what to do about it; both planes, never on the hot path.
import Channels

public enum StateError: Error, Hashable, Sendable {
  case kernel(KernelError)
  case tooShort(byteCount: Int, needed: Int)
  case magic(UInt64)
  case version(held: UInt32, expected: UInt32)
  case size(file: Int, header: UInt64)
  case layout(held: UInt64, expected: UInt64)
  case build(held: UInt64, expected: UInt64)
  case configuration(held: UInt64, expected: UInt64)
  /// Left over from before the machine was restarted.
  case otherBoot
  case tooManyInstruments(UInt32)
}

extension StateError: CustomStringConvertible {
  public var description: String {
    func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
    switch self {
    case .kernel(let error): return "state file: \(error)"
    case .tooShort(let byteCount, let needed):
      return "state file: \(byteCount) bytes, at least \(needed) needed: cut short or no state file"
    case .magic(let held): return "state file: no state file (it begins with \(hex(held)))"
    case .version(let held, let expected):
      return "state file: version \(held), this binary reads \(expected): run both from one build"
    case .size(let file, let header):
      return "state file: \(file) bytes, its header says \(header): damaged"
    case .layout(let held, let expected):
      return
        "state file: layout \(hex(held)), this binary's is \(hex(expected)): run both from one build"
    case .build(let held, let expected):
      return
        "state file: written by build \(hex(held)), this is \(hex(expected)): restart the older one"
    case .configuration(let held, let expected):
      return "state file: of configuration \(hex(held)), wanted \(hex(expected)): restart the core"
    case .otherBoot:
      return "state file: from before the machine's last start: no core has run since"
    case .tooManyInstruments(let count): return "state file: claims \(count) instruments: damaged"
    }
  }
}
