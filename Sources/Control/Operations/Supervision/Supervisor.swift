// Keeps the core and the console running: starts, restarts, stops and outlives them; control plane.

import CKernel
import Foundation
import Glibc
import Quantities
import Synchronization

/// What happened to a child.
public enum SupervisorEvent: Sendable, Equatable {
  case started(name: String, process: Int32)
  case startFailed(name: String, OperationsError)
  case died(name: String, ChildExit, restartNanoseconds: Int64)
  /// Down for good: said once when it happens, then every 30 s, because someone must come.
  case down(name: String, deaths: Int)
  case stopped(name: String, ChildExit)
}

/// One thread spawns and reaps all children: PR_SET_PDEATHSIG, which children may set, follows the death
/// of the *thread* that spawned them, so that thread lives as long as the supervisor.
public final class Supervisor: Sendable {
  private struct Child {
    var specification: ChildSpecification
    var process: pid_t?
    var restartAt: Instant?
    var isDown = false
    var saidDownAt = Instant.zero
    var deaths = 0
    var termSentAt: Instant?
    var isKilled = false
    /// It waits for the death of another.
    var isWaiting: Bool

    init(_ specification: ChildSpecification) {
      self.specification = specification
      isWaiting = specification.startsWhenDown != nil
    }
  }

  private struct Shared {
    var processes: [String: Int32] = [:]
    var down: Set<String> = []
    var ends: [String: ChildExit] = [:]
    var isStopping = false
    var isDone = false
  }

  private let shared = Mutex(Shared())
  private let wake: Int32
  private let lifelineRead: Int32
  private let lifelineWrite: Int32
  private let onEvent: @Sendable (SupervisorEvent) -> Void

  /// How often dead children are looked for.
  static var pollNanoseconds: Int64 { 20_000_000 }
  static var loudNanoseconds: Int64 { 30_000_000_000 }

  /// - Parameters:
  ///   - children: started in this order, stopped in the reverse.
  ///   - onEvent: called on the supervisor's thread.
  public init(
    _ children: [ChildSpecification], onEvent: @escaping @Sendable (SupervisorEvent) -> Void
  ) throws(OperationsError) {
    self.onEvent = onEvent
    var reading: Int32 = -1
    var writing: Int32 = -1
    let result = unsafe ck_pipe_create(&reading, &writing)
    if result < 0 { throw .system(call: "pipe", path: "lifeline", errno: 0 &- result) }
    (lifelineRead, lifelineWrite) = (reading, writing)
    wake = ck_eventfd_create()
    if wake < 0 { throw .system(call: "eventfd", path: "supervisor", errno: 0 &- wake) }
    let thread = Thread { [self] in run(children.map { Child($0) }) }
    thread.name = "supervisor"
    thread.start()
  }

  deinit {
    close(wake)
    close(lifelineRead)
    close(lifelineWrite)
  }

  /// Process ids of the running children by name.
  public var processes: [String: Int32] { shared.withLock { $0.processes } }

  /// Children that stay down.
  public var down: Set<String> { shared.withLock { $0.down } }

  /// How the children ended that ended in order.
  public var ends: [String: ChildExit] { shared.withLock { $0.ends } }

  /// Asks for an orderly end: SIGTERM to one child after the other, last started first, SIGKILL where the
  /// grace runs out. Returns at once.
  public func stop() {
    shared.withLock { $0.isStopping = true }
    _ = ck_eventfd_write(wake)
  }

  /// Returns when all children are gone after `stop`.
  public func waitUntilStopped() {
    while !shared.withLock({ $0.isDone }) { ck_sleep(Supervisor.pollNanoseconds / 4) }
  }

  private func run(_ children: [Child]) {
    var children = children
    var random = SystemRandomNumberGenerator()
    for index in children.indices where !children[index].isWaiting {
      start(&children[index], now(), &random)
    }
    while true {
      let isStopping = shared.withLock { $0.isStopping }
      let time = now()
      for index in children.indices {
        watch(&children[index], time, isStopping: isStopping, &random)
        if children[index].isDown && !isStopping {
          startWaiting(for: children[index].specification.name, &children, time, &random)
        }
      }
      if isStopping && !stopNext(&children, time) { break }
      publish(children)
      _ = ck_poll_readable(wake, Supervisor.pollNanoseconds)
      _ = ck_eventfd_read(wake)
    }
    publish(children)
    shared.withLock { $0.isDone = true }
  }

  private func now() -> Instant { Instant(nanoseconds: ck_now_monotonic()) }

  private func start(
    _ child: inout Child, _ time: Instant, _ random: inout some RandomNumberGenerator
  ) {
    child.restartAt = nil
    let name = child.specification.name
    do throws(OperationsError) {
      let process = try ChildProcess.spawn(child.specification, lifeline: lifelineRead)
      child.process = process
      shared.withLock { $0.processes[name] = process }
      onEvent(.started(name: name, process: process))
    } catch {
      onEvent(.startFailed(name: name, error))
      bury(&child, .exited(127), time, &random)
    }
  }

  private func startWaiting(
    for name: String, _ children: inout [Child], _ time: Instant,
    _ random: inout some RandomNumberGenerator
  ) {
    for index in children.indices
    where children[index].isWaiting && children[index].specification.startsWhenDown == name {
      children[index].isWaiting = false
      start(&children[index], time, &random)
    }
  }

  /// Reaps, restarts, and repeats the bad news.
  private func watch(
    _ child: inout Child, _ time: Instant, isStopping: Bool,
    _ random: inout some RandomNumberGenerator
  ) {
    if let process = child.process, let exit = ChildProcess.reap(process) {
      child.process = nil
      let isDone = child.specification.startsWhenDown != nil && exit == .exited(0)
      if isStopping || isDone {
        shared.withLock { $0.ends[child.specification.name] = exit }
        onEvent(.stopped(name: child.specification.name, exit))
      } else {
        bury(&child, exit, time, &random)
      }
    }
    if isStopping { return }
    if let restartAt = child.restartAt, time >= restartAt { start(&child, time, &random) }
    if child.isDown && time.since(child.saidDownAt) >= Supervisor.loudNanoseconds {
      child.saidDownAt = time
      onEvent(.down(name: child.specification.name, deaths: child.deaths))
    }
  }

  private func bury(
    _ child: inout Child, _ exit: ChildExit, _ time: Instant,
    _ random: inout some RandomNumberGenerator
  ) {
    switch child.specification.policy.died(at: time, random: &random) {
    case .restart(let pause):
      child.restartAt = time.advanced(byNanoseconds: pause)
      onEvent(.died(name: child.specification.name, exit, restartNanoseconds: pause))
    case .stayDown(let deaths):
      child.isDown = true
      child.deaths = deaths
      child.saidDownAt = time
      onEvent(.died(name: child.specification.name, exit, restartNanoseconds: -1))
      onEvent(.down(name: child.specification.name, deaths: deaths))
    }
  }

  /// Moves the orderly end on by one step; false when nobody runs any more.
  private func stopNext(_ children: inout [Child], _ time: Instant) -> Bool {
    guard let index = children.lastIndex(where: { $0.process != nil }),
      let process = children[index].process
    else { return false }
    if let sent = children[index].termSentAt {
      let isOver = time.since(sent) >= children[index].specification.graceNanoseconds
      if isOver && !children[index].isKilled {
        children[index].isKilled = true
        kill(process, SIGKILL)
      }
    } else {
      children[index].termSentAt = time
      kill(process, SIGTERM)
    }
    return true
  }

  private func publish(_ children: [Child]) {
    shared.withLock { shared in
      shared.processes = [:]
      shared.down = []
      for child in children {
        if let process = child.process { shared.processes[child.specification.name] = process }
        if child.isDown { shared.down.insert(child.specification.name) }
      }
    }
  }
}
