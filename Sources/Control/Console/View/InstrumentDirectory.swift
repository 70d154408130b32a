// Which instruments each start knew: from State while it runs, and from records that name them; control plane.
import Journal
import Quantities
import State
import Synchronization

final class InstrumentDirectory: Sendable {
  private struct Book {
    var byStart: [UInt32: InstrumentNames] = [:]
    /// Two starts of one configuration number their instruments alike.
    var byConfiguration: [UInt64: InstrumentNames] = [:]
  }

  private let book = Mutex<Book>(Book())

  /// Starts remembered.
  private static let startsMax = 64

  /// Takes the directory of a core's State.
  func learn(_ state: borrowing StateReader) {
    var names = InstrumentNames()
    for index in 0..<state.instrumentCount {
      let item = state.instrument(InstrumentID(index: UInt16(index))).instrument
      names[item.id] = .init(symbol: item.symbol.description, tick: item.tick)
    }
    let header = state.header
    book.withLock { book in
      if book.byStart.count >= InstrumentDirectory.startsMax { book.byStart = [:] }
      if book.byConfiguration.count >= InstrumentDirectory.startsMax { book.byConfiguration = [:] }
      book.byStart[header.startNumber] = names
      book.byConfiguration[header.configurationHash] = names
    }
  }

  /// Names for a record of this segment; a record that names an instrument is learned from.
  func of(_ segment: SegmentHeader, _ record: JournalRecord) -> InstrumentNames {
    book.withLock { book in
      let start = segment.identity.start
      if record.kind == .instrument, let item = InstrumentRecord(payload: record.payload) {
        if book.byStart.count >= InstrumentDirectory.startsMax { book.byStart = [:] }
        book.byStart[start, default: InstrumentNames()][item.instrument] = .init(
          symbol: item.symbol.description, tick: item.tick)
      }
      return book.byStart[start]
        ?? book.byConfiguration[segment.identity.configuration.word0] ?? InstrumentNames()
    }
  }
}
