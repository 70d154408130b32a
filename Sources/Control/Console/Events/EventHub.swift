// Tails the trade journal into a ring of events that all clients read, each at its own pace; control plane.
import Channels
import Hummingbird
import Journal
import Logging
import Operations
import Quantities

/// One copy of every recent event. A client holds only a place in the journal: one that falls behind the
/// ring reads the journal itself, so no client has a queue and none can cost another anything.
/// Runs on a thread of its own: it reads the journal's files.
actor EventHub {
  private let executor = BlockingExecutor("events")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    // SAFETY: the executor lives as long as its actor.
    unsafe executor.asUnownedSerialExecutor()
  }

  /// The journal as clients read it that are behind the ring.
  nonisolated let past: JournalPast
  private let folder: JournalFolder
  private let view: StateView
  private let log: Logger
  private let clientsMax: Int

  private var reader: JournalReader?
  private var events: [StreamEvent] = []
  /// Every shown record from here on is in `events`.
  private var coveredFrom = JournalOffset(segment: 1, offset: 0)
  private var tail = JournalOffset(segment: 1, offset: 0)
  private var clients: [UInt64: EventClient] = [:]
  private var nextClient: UInt64 = 1
  private var isStopped = false
  private var fault: JournalError?
  private var tally = PositionTally()

  /// Events kept; a few hundred bytes each.
  static let eventsMax = 4_096
  /// Records taken in one turn of the actor.
  static let recordsPerTurn = 512
  /// What a console reads of the past when it starts.
  static let pastBytesMax: UInt64 = 128 << 20
  /// Shown to a client that names no place of its own.
  static let recentMax = 100

  init(folder: JournalFolder, view: StateView, clientsMax: Int, log: Logger) {
    self.folder = folder
    past = JournalPast(folder, view.names)
    self.view = view
    self.clientsMax = clientsMax
    self.log = log
  }

  /// Takes what the journal has; true when there is more at once.
  func poll() async -> Bool {
    do {
      if reader == nil {
        let start = EventHub.beginning(of: folder)
        coveredFrom = start
        tail = start
        reader = try JournalReader(folder, from: start)
      }
      var taken = 0
      var shown = 0
      while taken < EventHub.recordsPerTurn, let record = try reader?.next(),
        let header = reader?.header
      {
        taken += 1
        tail = record.next
        let names = view.names.of(header, record)
        tally.take(record, names, start: header.identity.start)
        guard let event = JournalEvents.event(record, header, names) else { continue }
        events.append(event)
        shown += 1
      }
      if events.count > 2 * EventHub.eventsMax {
        events.removeFirst(events.count - EventHub.eventsMax)
        coveredFrom = events[0].place
      }
      if shown > 0 {
        view.figures.store(tally.figures)
        wakeAll()
      }
      fault = nil
      return taken == EventHub.recordsPerTurn
    } catch {
      if error != fault {
        log.error("the journal cannot be read further", metadata: ["error": "\(error)"])
      }
      fault = error
      return false
    }
  }

  /// The oldest segment within `pastBytesMax` of the end, so that a start with years of journal is quick.
  private static func beginning(of folder: JournalFolder) -> JournalOffset {
    let present = (try? folder.segments()) ?? []
    var first = present.last ?? 1
    var bytes: UInt64 = 0
    for segment in present.reversed() {
      bytes += JournalFileSize.of(folder.file(segment))
      if bytes > pastBytesMax && segment != present.last { break }
      first = segment
    }
    return JournalOffset(segment: first, offset: 0)
  }

  // ---- Clients ----

  /// Nil when as many as may be are served already.
  func join(_ close: @escaping @Sendable () -> Void) -> EventClient? {
    if isStopped || clients.count >= clientsMax { return nil }
    let client = EventClient(number: nextClient, close: close)
    clients[nextClient] = client
    nextClient += 1
    return client
  }

  func leave(_ client: EventClient) { clients[client.number] = nil }

  func wakeAll() { for client in clients.values { client.wake() } }

  /// Ends connections whose last write found no room for too long: nobody reads there.
  func closeStuck(at now: Instant) {
    for client in clients.values where client.isStuck(at: now) {
      log.warning("an event client does not read and is disconnected")
      client.close()
    }
  }

  func stop() {
    isStopped = true
    for client in clients.values {
      client.end()
      if client.isWriting { client.close() }
    }
  }

  // ---- What a client reads ----

  enum Batch: Sendable {
    /// Events, and where to go on.
    case events([StreamEvent], next: JournalOffset)
    /// Before what is kept: read the journal up to this place.
    case behind(until: JournalOffset)
  }

  func batch(from place: JournalOffset, max count: Int) -> Batch {
    if place < coveredFrom { return .behind(until: coveredFrom) }
    // The first event at or after `place`: they are in order.
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[middle].place < place { low = middle + 1 } else { high = middle }
    }
    let end = min(events.count, low + count)
    let next = end < events.count ? events[end].place : max(place, tail)
    return .events(Array(events[low..<end]), next: next)
  }

  /// Where a client without a place begins.
  var recent: JournalOffset {
    events.count > EventHub.recentMax
      ? events[events.count - EventHub.recentMax].place : coveredFrom
  }
}
