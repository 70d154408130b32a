// Supervision with small shells as children: restarts, giving up, scrubbed environments, the lifeline.

import Foundation
import Operations
import Quantities
import Synchronization
import Testing

private final class Events: Sendable {
  private let held = Mutex<[SupervisorEvent]>([])
  func add(_ event: SupervisorEvent) { held.withLock { $0.append(event) } }
  var all: [SupervisorEvent] { held.withLock { $0 } }

  func count(_ test: (SupervisorEvent) -> Bool) -> Int { all.filter(test).count }
  var started: Int { count { if case .started = $0 { true } else { false } } }
}

private func shell(
  _ name: String, _ script: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
  deathsMaximum: Int = 0, grace: Int64 = 5_000_000_000
) -> ChildSpecification {
  ChildSpecification(
    name: name, executable: "/bin/sh", arguments: ["-c", script], environment: environment,
    policy: RestartPolicy(
      deathsMaximum: deathsMaximum, backoffMinimumNanoseconds: 20_000_000,
      backoffMaximumNanoseconds: 40_000_000), graceNanoseconds: grace)
}

/// Bounded: 10 s at most on the busiest machine, a few milliseconds usually.
private func eventually(_ test: () -> Bool) -> Bool {
  for _ in 0..<1000 {
    if test() { return true }
    usleep(10_000)
  }
  return test()
}

private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

@Test func theCoreStaysDownAfterThreeDeathsInAMinute() {
  var policy = RestartPolicy.core
  var random = SystemRandomNumberGenerator()
  let second: Int64 = 1_000_000_000
  func died(_ at: Int64) -> RestartPolicy.Decision {
    policy.died(at: Instant(nanoseconds: at * second), random: &random)
  }
  guard case .restart(let first) = died(0), case .restart(let next) = died(30) else {
    Issue.record("gave up at once")
    return
  }
  #expect((125_000_000...250_000_000).contains(first))
  #expect((250_000_000...500_000_000).contains(next))
  // The first death has left the window: still only two in it.
  guard case .restart = died(61) else {
    Issue.record("gave up although a minute had passed")
    return
  }
  #expect(died(62) == .stayDown(deaths: 3))
}

private func pause(of decision: RestartPolicy.Decision) -> Int64? {
  if case .restart(let pause) = decision { return pause }
  return nil
}

@Test func thePauseGrowsToItsCapAndFallsBack() throws {
  var policy = RestartPolicy.console
  var random = SystemRandomNumberGenerator()
  var pauses: [Int64] = []
  for step in 0..<12 {
    let decision = policy.died(
      at: Instant(nanoseconds: Int64(step) * 1_000_000), random: &random)
    pauses.append(try #require(pause(of: decision), "gave up at step \(step)"))
  }
  #expect(pauses.allSatisfy { $0 >= 125_000_000 && $0 <= 10_000_000_000 })
  #expect(pauses[11] >= 5_000_000_000)
  let later = policy.died(at: Instant(nanoseconds: 100_000_000_000), random: &random)
  #expect(try #require(pause(of: later)) <= 250_000_000)
}

@Test func aDeadChildComesBack() throws {
  let scratch = Scratch()
  let events = Events()
  let supervisor = try Supervisor(
    [shell("core", "echo x >> \(scratch.path)/runs; exec sleep 60")]) { events.add($0) }
  #expect(eventually { supervisor.processes["core"] != nil })
  let first = supervisor.processes["core"] ?? 0
  #expect(eventually { text(scratch.path + "/runs") == "x\n" }, "it has done its part")
  kill(first, SIGKILL)
  #expect(eventually { ![0, first].contains(supervisor.processes["core"] ?? 0) })
  #expect(eventually { text(scratch.path + "/runs") == "x\nx\n" })
  supervisor.stop()
  supervisor.waitUntilStopped()
  #expect(supervisor.processes.isEmpty && kill(first, 0) != 0)
  #expect(
    events.count {
      if case .died("core", .signalled(SIGKILL), let pause) = $0 { pause > 0 } else { false }
    } == 1)
  #expect(events.all.last == .stopped(name: "core", .signalled(SIGTERM)))
}

@Test func threeDeathsLeaveAChildDownAndTheOtherRunning() throws {
  let events = Events()
  let supervisor = try Supervisor([
    shell("core", "exit 3", deathsMaximum: 3), shell("console", "exec sleep 60"),
  ]) { events.add($0) }
  #expect(eventually { supervisor.down == ["core"] })
  #expect(events.all.contains(.down(name: "core", deaths: 3)))
  #expect(
    events.count { if case .died("core", .exited(3), _) = $0 { true } else { false } } == 3)
  usleep(100_000)
  #expect(events.started == 4)
  #expect(supervisor.processes.keys.sorted() == ["console"])
  supervisor.stop()
  supervisor.waitUntilStopped()
}

/// What is left to do after a core is down is tried until it is done, and not before.
@Test func whatWaitsForADeathIsDoneOnceTheChildIsDown() throws {
  let scratch = Scratch()
  let events = Events()
  var sweep = shell(
    "sweep", "echo x >> \(scratch.path)/runs; test $(wc -l < \(scratch.path)/runs) -ge 2")
  sweep.startsWhenDown = "core"
  let supervisor = try Supervisor([
    shell("core", "exit 3", deathsMaximum: 3), sweep,
  ]) { events.add($0) }
  #expect(eventually { events.all.contains(.stopped(name: "sweep", .exited(0))) })
  #expect(text(scratch.path + "/runs") == "x\nx\n", "failed once, done once")
  let down = events.all.firstIndex(of: .down(name: "core", deaths: 3))
  let begun = events.all.firstIndex {
    if case .started("sweep", _) = $0 { true } else { false }
  }
  #expect(down != nil && begun != nil && (down ?? 0) < (begun ?? 0))
  usleep(300_000)
  #expect(text(scratch.path + "/runs") == "x\nx\n", "and not again")
  #expect(supervisor.down == ["core"] && supervisor.processes.isEmpty)
  supervisor.stop()
  supervisor.waitUntilStopped()
}

@Test func aProgramThatIsNotThereIsADeath() throws {
  let events = Events()
  var child = shell("core", "", deathsMaximum: 3)
  child.executable = "/nonexistent"
  let supervisor = try Supervisor([child]) { events.add($0) }
  #expect(eventually { supervisor.down == ["core"] })
  #expect(
    events.count { if case .startFailed(_, .system) = $0 { true } else { false } } == 3)
  supervisor.stop()
  supervisor.waitUntilStopped()
}

@Test func aChildSeesOnlyWhatIsNamedForIt() throws {
  let scratch = Scratch()
  var configuration = Configuration()
  configuration.okx.credentials.secretVariable = "MY_OKX_SECRET"
  let all = [
    "PATH": "/usr/bin:/bin", "MY_OKX_SECRET": "1", "ANTHROPIC_API_KEY": "2", "LD_PRELOAD": "3",
    "AWS_SECRET_ACCESS_KEY": "4", "HOME": "/root",
  ]
  let core = ChildEnvironment.core(configuration, from: all)
  let console = ChildEnvironment.console(configuration, from: all)
  #expect(core.keys.sorted() == ["HOME", "MY_OKX_SECRET", "PATH"])
  #expect(console.keys.sorted() == ["ANTHROPIC_API_KEY", "HOME", "PATH"])
  // And it is what the process really gets; descriptors beyond the lifeline are closed.
  let leak = unsafe open("/dev/null", O_RDONLY)
  defer { close(leak) }
  let script =
    "env | cut -d= -f1 | sort > \(scratch.path)/env; ls /proc/self/fd > \(scratch.path)/fd; "
    + "cat /proc/self/stat | cut -d' ' -f5 > /dev/null; touch \(scratch.path)/done; exec sleep 60"
  let supervisor = try Supervisor([shell("core", script, environment: core)]) { _ in }
  #expect(eventually { text(scratch.path + "/done") != nil })
  supervisor.stop()
  supervisor.waitUntilStopped()
  let names = Set(text(scratch.path + "/env")?.split(separator: "\n").map(String.init) ?? [])
  #expect(
    names.subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == [
      "HOME", "MY_OKX_SECRET", "PATH", "LLMTRADING_LIFELINE", "LLMTRADING_CHILD",
    ])
  // 0…3, and the one `ls` has the folder open with.
  #expect(text(scratch.path + "/fd")?.split(separator: "\n").count == 5)
}

@Test func theLifelineEndsWithTheSupervisor() throws {
  let scratch = Scratch()
  // A grandchild that no signal of ours reaches, so that nothing but the pipe can tell it. If any child
  // had inherited the writing end, the end of file would never come.
  let script =
    "(cat <&3; echo gone > \(scratch.path)/gone) & touch \(scratch.path)/up; exec sleep 60"
  var supervisor: Supervisor? = try Supervisor([shell("core", script), shell("console", script)]) {
    _ in
  }
  #expect(eventually { text(scratch.path + "/up") != nil })
  supervisor?.stop()
  supervisor?.waitUntilStopped()
  usleep(50_000)
  #expect(text(scratch.path + "/gone") == nil)
  supervisor = nil
  #expect(eventually { text(scratch.path + "/gone") != nil })
}

@Test func aProcessStartedByHandHasNoLifeline() {
  #expect(!Lifeline.isSupervised && !Lifeline.watch {})
}

@Test func stoppingIsInReverseOrderAndKillsWhatDoesNotListen() throws {
  let scratch = Scratch()
  let events = Events()
  let deaf = "trap '' TERM; touch \(scratch.path)/ready; while :; do sleep 0.05; done"
  let polite =
    "trap 'echo bye >> \(scratch.path)/bye; exit 0' TERM; touch \(scratch.path)/ready2; "
    + "while :; do sleep 0.05; done"
  let supervisor = try Supervisor([
    shell("core", polite), shell("console", deaf, grace: 200_000_000),
  ]) { events.add($0) }
  #expect(
    eventually { text(scratch.path + "/ready") != nil && text(scratch.path + "/ready2") != nil })
  supervisor.stop()
  supervisor.waitUntilStopped()
  #expect(text(scratch.path + "/bye") == "bye\n")
  #expect(
    events.all.suffix(2) == [
      .stopped(name: "console", .signalled(SIGKILL)), .stopped(name: "core", .exited(0)),
    ])
}
