// What a stopped core says of itself: counts, final books, latencies, threads; control plane.

import Book
import Channels
import Pipeline
import Quantities

/// One instrument of a stopped core.
public struct InstrumentReport: Sendable {
  public var id: InstrumentID
  public var symbol: String
  /// Frames of the instrument that Feed took, of any channel.
  public var frames: UInt64 = 0
  public var market = MarketCounters()
  public var tally = InstrumentTally()
  public var refusals: [(code: RefusalCode, count: UInt64)] = []
  /// Signed lots, by the Sender's count of fills.
  public var position = Quantity.zero
  /// Lines `b,PRICE,SIZE` then `a,PRICE,SIZE`, each ended by a newline: what the digest is taken of.
  public var digestLines: [UInt8] = []
}

/// One hot thread of a stopped core.
public struct ThreadReport: Sendable {
  public var name: String
  public var messages: UInt64
  /// Nil until warm-up has ended.
  public var allocatedBytesAfterWarmup: UInt64?
  public var minorFaultsAfterWarmup: UInt64?
}

extension Core {
  /// For every instrument, in the table's order. Call after `stop`.
  public func instrumentReports() -> [InstrumentReport] {
    (0..<options.instruments.count).map { index in
      let id = InstrumentID(index: UInt16(index))
      var report = InstrumentReport(id: id, symbol: options.instruments[id].symbol.description)
      report.frames = unsafe stages.feed.pointee.frames(of: id)
      report.tally = unsafe stages.builder.pointee.tally(id)
      report.refusals = RefusalCode.allCases.compactMap { code in
        let count = unsafe stages.builder.pointee.refusals(id, code)
        return count > 0 ? (code, count) : nil
      }
      report.position = unsafe stages.sender.pointee.position(id)
      unsafe stages.builder.pointee.withView(id) { view in
        report.market = view.counters
        view.book.writeDigestLines(of: view.instrument) { line in
          for index in line.indices { report.digestLines.append(line[index]) }
        }
      }
      return report
    }
  }

  /// What the exchange last pushed or answered per currency, as the Sender holds it. Call after `stop`.
  public func balances() -> [(currency: String, cash: Amount)] {
    (0..<options.instruments.currencyCount).compactMap { index in
      let id = CurrencyID(index: UInt16(index))
      let balance = unsafe stages.sender.pointee.balance(id)
      return balance.isKnown
        ? (options.instruments.currencyName(id).description, balance.cash) : nil
    }
  }

  /// How often each fault was seen on either side. Call after `stop`.
  public func faultCounts() -> [(code: FaultCode, count: UInt64)] {
    FaultCode.allCases.compactMap { code in
      if code == .none { return nil }
      let count = unsafe stages.feed.pointee.faults(code) + stages.sender.pointee.faults(code)
      return count > 0 ? (code, count) : nil
    }
  }

  public func threadReports() -> [ThreadReport] {
    monitored.map { watched in
      ThreadReport(
        name: watched.thread.name, messages: watched.thread.probe.messages,
        allocatedBytesAfterWarmup: watched.thread.probe.allocatedAfterWarmup,
        minorFaultsAfterWarmup: watched.baseline.flatMap { baseline in
          watched.latest.map { $0 - baseline }
        })
    }
  }
}
