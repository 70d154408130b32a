// One client's event stream: its journal events in order and once, State as it stands, and a heartbeat; control plane.
import Channels
import HTTPTypes
import Hummingbird
import Journal
import Logging
import NIOCore
import Quantities

struct EventStream: Sendable {
  private let hub: EventHub
  private let view: StateView
  private let decisions: DecisionTail
  private let log: Logger
  private let shows: Shows

  /// What of it all a stream tells.
  enum Shows: Sendable {
    case everything
    /// Orders, fills and refusals alone; of one instrument where it is named.
    case orders(instrument: String?)

    func takes(_ event: StreamEvent) -> Bool {
      switch self {
      case .everything: return true
      case .orders(let instrument):
        if let instrument, event.instrument != instrument { return false }
        return ["order", "fill", "verdict"].contains(event.kind)
      }
    }

    var isEverything: Bool { if case .everything = self { true } else { false } }
  }

  init(hub: EventHub, view: StateView, decisions: DecisionTail, log: Logger, shows: Shows) {
    self.hub = hub
    self.view = view
    self.decisions = decisions
    self.log = log
    self.shows = shows
  }

  static let eventsPerWrite = 64
  static let heartbeatNanoseconds: Int64 = 5_000_000_000
  /// Bounds what the kernel holds for a client that does not read.
  private static let sendBufferBytes = 128 << 10

  /// - Parameters:
  ///   - instrument: whose market the samples show.
  ///   - asked: the id of the last event that the client has.
  ///   - channel: its connection.
  func response(instrument: String?, after asked: String?, channel: any Channel) async throws
    -> Response
  {
    guard let client = await hub.join({ channel.close(mode: .all, promise: nil) }) else {
      throw Problem(
        .serviceUnavailable, "clients", "As many event streams as allowed are open. Close one.",
        headers: [HTTPField.Name("Retry-After")!: "5"])
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream"],
      body: ResponseBody { writer in
        do {
          try? await channel.setOption(
            .socketOption(.so_sndbuf), value: EventStream.sendBufferBytes
          )
          .get()
          try await run(client, asked, instrument, &writer)
        } catch {
          log.debug("an event stream ended", metadata: ["error": "\(error)"])
        }
        await hub.leave(client)
        try await writer.finish(nil)
      })
  }

  private func run(
    _ client: EventClient, _ asked: String?, _ instrument: String?,
    _ writer: inout any ResponseBodyWriter
  ) async throws {
    var opening = ByteBuffer(string: "retry: 1000\n\n")
    var place: JournalOffset
    var resumed: JournalPast.Resume?
    if let asked { resumed = try await hub.past.resume(asked) }
    switch resumed {
    case .some(.from(let found)): place = found
    case .some(.lost(let reason)):
      // Said, so that a client knows that it has to begin anew.
      opening.writeString("event: reset\ndata: {\"reason\":\"\(reason)\"}\n\n")
      place = await hub.recent
    case nil: place = await hub.recent
    }
    try await write(opening, client, &writer)
    var shownTick: UInt64 = 0
    var shownDecision = await decisions.end
    var beatAt = Instant.now()
    var wakes = client.wakes.makeAsyncIterator()
    repeat {
      while true {
        var out = ByteBuffer()
        let next = try await takeEvents(from: place, into: &out)
        let isMoved = next > place
        place = next
        if out.readableBytes > 0 {
          try await write(out, client, &writer)
        } else if !isMoved {
          break
        }
      }
      var out = ByteBuffer()
      if shows.isEverything {
        let (told, next) = await decisions.after(shownDecision)
        shownDecision = next
        for bytes in told { out.writeImmutableBuffer(bytes) }
      }
      if shows.isEverything, let sample = await view.sample(of: instrument, after: shownTick) {
        shownTick = sample.tick
        out.writeImmutableBuffer(sample.bytes)
      }
      let now = Instant.now()
      if now.since(beatAt) >= EventStream.heartbeatNanoseconds {
        beatAt = now
        out.writeString(": heartbeat\n\n")
      }
      if out.readableBytes > 0 { try await write(out, client, &writer) }
    } while await wakes.next() != nil
  }

  private func takeEvents(from place: JournalOffset, into out: inout ByteBuffer) async throws
    -> JournalOffset
  {
    var place = place
    while true {
      switch await hub.batch(from: place, max: EventStream.eventsPerWrite) {
      case .events(let events, let next):
        for event in events where shows.takes(event) { out.writeImmutableBuffer(event.bytes) }
        return next
      case .behind(let until):
        let (bytes, next) = try await hub.past.events(
          from: place, until: until, max: EventStream.eventsPerWrite, shows: shows)
        out.writeImmutableBuffer(bytes)
        if out.readableBytes > 0 || next == place { return next }
        place = next
      }
    }
  }

  private func write(
    _ buffer: ByteBuffer, _ client: EventClient, _ writer: inout any ResponseBodyWriter
  ) async throws {
    client.began(at: .now())
    defer { client.finished() }
    try await writer.write(buffer)
  }
}
