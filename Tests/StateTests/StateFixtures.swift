// A state file of a made-up core, and threads, for the state tests.
import Foundation
import Quantities
import State
import Synchronization
import Testing

/// `#expect` for expressions that the macro cannot take apart: calls on noncopyable values.
func check(
  _ isTrue: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) {
  #expect(isTrue, comment, sourceLocation: location)
}

func symbol(_ text: String) -> Symbol { Symbol(text) ?? Symbol() }

func table(_ count: Int) -> InstrumentTable {
  let list = (0..<count).map { index in
    var instrument = Instrument(
      id: .none, symbol: symbol("COIN\(index)-USDT"), type: .spot,
      tick: Increment(mantissa: 1, decimals: UInt8(index % 9)),
      lot: Increment(mantissa: 1, decimals: 8))
    instrument.base = CurrencyID(index: 1)
    instrument.quote = CurrencyID(index: 0)
    instrument.isTradable = index % 2 == 0
    return instrument
  }
  return InstrumentTable(list, currencies: [symbol("USDT"), symbol("COIN")])
}

func header(start: UInt32 = 7, build: UInt64 = 0xB, configuration: UInt64 = 0xC) -> StateHeader {
  StateHeader(
    environment: .simulated, topology: .fused, transport: .epoll, startNumber: start,
    buildHash: build, configurationHash: configuration)
}

/// A folder of its own for each test, removed at the end.
final class Folder {
  let path: String
  init() {
    path = NSTemporaryDirectory() + "state-\(UInt64.random(in: 0 ... .max))"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  var file: String { path + "/state" }
}

/// What threads shared stays alive to the end of the process: a thread lets go of it only after it has left
/// its group, and ThreadSanitizer sees no order in reference counts.
private let shared = Mutex<[@Sendable () -> Void]>([])

func onThreads(_ bodies: [@Sendable () -> Void]) {
  shared.withLock { $0 += bodies }
  let group = DispatchGroup()
  for body in bodies {
    group.enter()
    Thread {
      body()
      group.leave()
    }.start()
  }
  group.wait()
}

func id(_ index: Int) -> InstrumentID { InstrumentID(index: UInt16(index)) }
