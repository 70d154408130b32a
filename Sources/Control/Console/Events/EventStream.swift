// One client's event stream: its journal events in order and once, State as it stands, and a heartbeat; control plane.
import Channels
import Foundation
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

  init(_ services: ConsoleServices, shows: Shows) {
    hub = services.hub
    view = services.view
    decisions = services.decisions
    log = services.log
    self.shows = shows
  }

  static let eventsPerWrite = 64
  static let heartbeatNanoseconds: Int64 = 5_000_000_000
  /// Bounds what the kernel holds for a client that does not read.
  private static let sendBufferBytes = 128 << 10

  func response(to call: Call) async throws -> Response {
    let instrument = call.query.text("instrument")
    let asked =
      call.request.headers[HTTPField.Name("Last-Event-ID")!] ?? call.query.text("after")
    let channel = call.context.channel
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
    switch asked.map({ resume($0) }) {
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
        let next = try readJournal(from: place, until: until, into: &out)
        if out.readableBytes > 0 || next == place { return next }
        place = next
      }
    }
  }

  /// A client behind the ring: at most `eventsPerWrite` events out of the journal's files.
  private func readJournal(
    from place: JournalOffset, until end: JournalOffset, into out: inout ByteBuffer
  ) throws -> JournalOffset {
    var reader = try JournalReader(hub.folder, from: place)
    var place = place
    var shown = 0
    while place < end, shown < EventStream.eventsPerWrite {
      guard let record = try reader.next(), let header = reader.header else { return end }
      place = record.next
      if record.place >= end { return end }
      if let event = JournalEvents.event(record, header, view.names.of(header, record)),
        shows.takes(event)
      {
        out.writeImmutableBuffer(event.bytes)
        shown += 1
      }
    }
    return place
  }

  private enum Resume {
    case from(JournalOffset)
    case lost(String)
  }

  /// Whether the id is a place of this journal: its segment was written by the id's start, and a record
  /// (or the end) stands there.
  private func resume(_ text: String) -> Resume {
    guard let id = EventID(text) else { return .lost("not an id of this stream") }
    do throws(JournalError) {
      var reader = try JournalReader(hub.folder, from: id.next)
      _ = try reader.next()
      guard let header = reader.header else { return .lost("of another journal") }
      if header.segment == id.next.segment && header.identity.start != id.start {
        return .lost("of another journal")
      }
      return .from(id.next)
    } catch {
      return .lost("no longer in the journal")
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
