// A context connection's subscriptions: what is refused, unanswered or ended is asked for again, alone.

import Core
import Foundation
import OKX
import Quantities
import Testing

@Suite struct SubscriptionAsksTests {
  private let channels = [
    PublicTap.Channel(name: "instruments", instrument: nil, instrumentType: "SWAP")!,
    PublicTap.Channel(name: "status", instrument: nil)!,
    PublicTap.Channel(name: "funding-rate", instrument: "BTC-USDT-SWAP")!,
  ]
  private var tap: PublicTap
  private var asks: SubscriptionAsks
  private var now = Instant(nanoseconds: 1)

  init() {
    tap = PublicTap(channels: channels)
    asks = SubscriptionAsks(channels, now: now)
  }

  private mutating func take(_ text: String) -> PublicTap.Event {
    var text = text
    return text.withUTF8 { unsafe tap.take(UnsafeRawBufferPointer($0), receivedAt: now) }
  }

  private mutating func pass(_ seconds: Double) -> SubscriptionAsks.Next {
    now = now.advanced(byNanoseconds: Int64(seconds * 1_000_000_000))
    return asks.next(now: now)
  }

  /// The request, as far as it is one of a single channel.
  private func asked(_ next: SubscriptionAsks.Next) -> (id: String, channel: String)? {
    guard case .ask(let bytes) = next,
      let text = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
      let arguments = text["args"] as? [[String: String]], arguments.count == 1,
      text["op"] as? String == "subscribe", let id = text["id"] as? String
    else { return nil }
    return (id, arguments[0]["channel"] ?? "")
  }

  @Test mutating func eventsNameTheirChannel() {
    #expect(
      take(#"{"event":"subscribe","arg":{"channel":"instruments","instType":"SWAP"},"connId":"a"}"#)
        == .subscribed(channels[0]))
    #expect(tap.live == 1)
    #expect(
      take(#"{"event":"unsubscribe","arg":{"channel":"instruments","instType":"SWAP"}}"#)
        == .unsubscribed(channels[0]))
    #expect(tap.live == 0)
    #expect(
      take(#"{"id":"1003","event":"error","code":"60018","msg":"no","connId":"a"}"#)
        == .refused(code: "60018", message: "no", request: "1003"))
    #expect(
      take(#"{"arg":{"channel":"status","uid":7},"data":[{"event":"subscribe"}]}"#) == .push)
    #expect(take(#"{"event":"subscribe","id":7,"arg":[1]}"#) == .subscribed(nil))
  }

  /// The whole request is refused: each is asked for alone, and the good ones go live.
  @Test mutating func oneBadChannelCostsTheOthersNothing() {
    #expect(asks.refused("1", of: tap, now: now).count == 3)
    #expect(pass(0.9) == .nothing)
    var seen: [String] = []
    now = now.advanced(byNanoseconds: 100_000_000)
    for _ in 0..<3 {
      if let (id, channel) = asked(asks.next(now: now)) {
        seen.append(channel)
        if channel == "status" {
          #expect(asks.refused(id, of: tap, now: now) == [channels[1]])
        } else {
          asks.live(channels.first { $0.name == channel })
        }
      }
    }
    #expect(!asks.areLive)
    var pauses: [Int] = []
    var waited = 0
    giveUp: while waited < 600 {
      waited += 1
      switch pass(1) {
      case .nothing: continue
      case .ask(let bytes):
        let (id, channel) = asked(.ask(bytes))!
        #expect(channel == "status", "live ones are left alone")
        _ = asks.refused(id, of: tap, now: now)
        pauses.append(waited)
      case .giveUp(let channel):
        #expect(channel == channels[1])
        break giveUp
      }
    }
    #expect(waited < 600, "the connection is made anew in the end")
    let steps = zip(pauses, pauses.dropFirst()).map { $1 - $0 }
    #expect(steps == steps.sorted() && (steps.last ?? 0) >= 16, "\(steps)")
  }

  @Test mutating func silenceAndAnEndAreAskedAboutToo() {
    asks.live(channels[0])
    asks.live(channels[2])
    #expect(pass(9.9) == .nothing)
    #expect(asked(pass(0.2))?.channel == "status", "nobody answered")
    asks.live(channels[1])
    #expect(asks.areLive && pass(100) == .nothing)
    asks.ended(channels[0], now: now)
    #expect(!asks.areLive && pass(0.5) == .nothing)
    #expect(asked(pass(0.6))?.channel == "instruments")
    asks.live(channels[0])
    #expect(asks.areLive && pass(100) == .nothing)
    asks.live(nil)
    asks.ended(PublicTap.Channel(name: "books", instrument: "X"), now: now)
    #expect(asks.areLive, "not of this connection")
  }
}
