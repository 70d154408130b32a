// One home for the channels' names: what is asked for, what is understood and what wants a login agree.
import OKX
import Quantities
import Testing
import Wire

/// A name as a message brings it.
private func packed(_ text: String) throws -> JSONName {
  let bytes = Array("\"\(text)\"".utf8)
  return try unsafe bytes.withUnsafeBytes { buffer in
    var scanner = unsafe JSONScanner(buffer)
    return scanner.name(try scanner.string())
  }
}

@Test func everyMarketChannelIsUnderstoodByTheNameItIsAskedBy() throws {
  for channel in MarketChannel.allCases where channel != .none {
    #expect(MarketChannel(okxName: "\(channel.okxName)") == channel)
    #expect(MarketChannel(okx: try packed("\(channel.okxName)")) == channel)
  }
  #expect(MarketChannel.places == MarketChannel.allCases.count, "a cell for each in every session")
  #expect(MarketChannel(okxName: "") == nil)
  #expect(MarketChannel(okxName: "tickers") == nil)
  #expect(MarketChannel(okx: try packed("tickers")) == .none)
}

@Test func whatAChannelWantsFollowsFromItsName() {
  #expect(MarketChannel.names(where: \.needsLogin) == ["books50-l2-tbt", "books-l2-tbt"])
  #expect(
    MarketChannel.names(where: \.isDepth) == ["books", "books50-l2-tbt", "books-l2-tbt"])
  #expect(
    MarketChannel.names(where: { !$0.isBook }) == ["trades"], "whatever is not trades is a book")
  for name in MarketChannel.names(where: { _ in true }) {
    let channel = PublicTap.Channel(name: name, instrument: "BTC-USDT")
    #expect(channel?.needsLogin == MarketChannel(okxName: name)?.needsLogin)
    #expect(channel?.isOnBusiness == false)
  }
}

@Test func everyContextChannelIsUnderstoodByTheNameItIsAskedBy() throws {
  for channel in ContextChannel.allCases {
    let found = try #require(ContextChannel.named(channel.okxName()))
    #expect(found.channel == channel)
    #expect(found.interval == (channel == .candle ? .minute : nil))
    #expect(channel.isOnBusiness == (channel == .candle))
    // A record has six fields, and what must be there stands first.
    if let figures = channel.figures {
      #expect(figures.names.count <= ContextRecord.figureCount)
      #expect(figures.required <= figures.names.count)
    }
  }
  for interval in BarInterval.allCases {
    #expect(ContextChannel.named(ContextChannel.candle.okxName(interval))?.interval == interval)
  }
  #expect(ContextChannel.named("candle") == nil)
  #expect(ContextChannel.named("books") == nil)
  #expect(ContextChannel.isOnBusiness("trades-all") && !ContextChannel.isOnBusiness("trades"))
  let kinds = ContextChannel.allCases.compactMap { $0.figures?.kind }
  #expect(Set(kinds) == Set(ContextKind.allCases.filter { $0 != .none }))
}

@Test func everyInstrumentTypeIsUnderstoodByItsName() throws {
  for type in InstrumentType.allCases where type != .unknown {
    #expect(InstrumentType(okxName: type.okxName) == type)
    #expect(InstrumentType(okx: try packed(type.okxName)) == type)
  }
  #expect(InstrumentType(okxName: "") == .unknown)
  #expect(InstrumentType(okxName: "ANY") == .unknown)
}
