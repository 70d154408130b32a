// The exchange on its event loop: what comes in goes to it, and its agenda is a timer of the loop; simulation.

import NIOCore

/// Everything but the making of files runs on the one event loop thread.
final class ExchangeLoop {
  private let exchange: SimulatedExchange
  private let eventLoop: NIOIsolatedEventLoop
  private let clock: SystemClock
  private var timer: (due: Int64, task: Scheduled<Void>)?

  /// On the loop's thread, as all that follows.
  init(_ exchange: SimulatedExchange, on eventLoop: any EventLoop, clock: SystemClock) {
    self.exchange = exchange
    self.eventLoop = eventLoop.assumeIsolated()
    self.clock = clock
  }

  func start() { enter { $0.start() } }

  /// The future follows the last session.
  func stop() -> EventLoopFuture<Void> {
    let promise = eventLoop.nonisolated().makePromise(of: Void.self)
    enter { $0.stop { promise.succeed() } }
    timer?.task.cancel()
    return promise.futureResult
  }

  func report() -> ExchangeReport { exchange.report() }

  // MARK: - From the listener and its connections

  func admitsConnection(from address: String) -> Bool {
    exchange.admitsConnection(from: address)
  }
  func answer(_ request: HTTPRequest) -> HTTPReply { enter { $0.answer(request) } }
  func opened(_ connection: WebSocketConnection) { exchange.opened(connection) }
  func received(_ text: [UInt8], on connection: WebSocketConnection) {
    enter { $0.received(text, on: connection) }
  }
  func settled() { enter { $0.settled() } }
  func writabilityChanged(_ connection: WebSocketConnection) {
    enter { $0.writabilityChanged(connection) }
  }
  func closed(_ connection: WebSocketConnection) { enter { $0.closed(connection) } }

  // MARK: - The agenda

  private func enter<Result>(_ body: (SimulatedExchange) -> Result) -> Result {
    let result = body(exchange)
    arm()
    return result
  }

  private func arm() {
    guard let due = exchange.nextDue else { return }
    if let timer {
      if timer.due <= due { return }
      timer.task.cancel()
    }
    let delay = TimeAmount.nanoseconds(max(0, due - clock.monotonic()))
    let task = eventLoop.scheduleTask(in: delay) { [weak self] in
      guard let self else { return }
      timer = nil
      enter { $0.runDue() }
    }
    timer = (due, task)
  }
}
