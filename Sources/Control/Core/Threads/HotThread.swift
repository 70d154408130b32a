// A pinned, named thread whose body is a loop: the four stages', and housekeeping's; control plane.

import CKernel
import Glibc
import Pipeline

/// Which thread this is, for people and the report.
public enum ThreadStartError: Error, Sendable {
  case create(errorNumber: Int32)
}

/// A running hot thread.
public struct HotThread: @unchecked Sendable {
  public let name: String
  public let probe: ThreadProbe
  private let thread: pthread_t

  private final class Start {
    let name: String
    let cpu: Int32?
    let probe: ThreadProbe
    let body: @Sendable (ThreadProbe) -> Void
    init(
      name: String, cpu: Int32?, probe: ThreadProbe, body: @escaping @Sendable (ThreadProbe) -> Void
    ) {
      self.name = name
      self.cpu = cpu
      self.probe = probe
      self.body = body
    }
  }

  /// Starts `body` on a thread of its own, bound to `cpu` when one is given. The body runs its loop
  /// and returns; it calls nothing of this type.
  public static func start(
    name: String, cpu: Int32?, body: @escaping @Sendable (ThreadProbe) -> Void
  ) throws(ThreadStartError) -> HotThread {
    let probe = ThreadProbe()
    let start = Start(name: name, cpu: cpu, probe: probe, body: body)
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        _ = unsafe start.name.withCString { unsafe ck_thread_name_set($0) }
        if var cpu = start.cpu { _ = unsafe ck_affinity_set(&cpu, 1) }
        start.probe.begin()
        start.body(start.probe)
        start.probe.end()
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    if result != 0 {
      unsafe Unmanaged.passUnretained(start).release()
      throw .create(errorNumber: result)
    }
    return HotThread(name: name, probe: probe, thread: thread)
  }

  public func join() { _ = pthread_join(thread, nil) }

  /// Minor page faults of the thread so far, from /proc: no system call of its own.
  public var minorFaults: UInt64? {
    let id = probe.threadID
    guard id > 0 else { return nil }
    return ProcessFile.minorFaults(thread: id)
  }
}

/// Reads a thread's `minflt` from /proc.
enum ProcessFile {
  static func minorFaults(thread: Int32) -> UInt64? {
    let file = unsafe open("/proc/self/task/\(thread)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    // The command name may hold blanks: fields are counted behind its closing parenthesis.
    guard let parenthesis = bytes[..<count].lastIndex(of: 0x29) else { return nil }
    let fields = bytes[(parenthesis + 1)..<count].split(separator: 0x20)
    guard fields.count > 7 else { return nil }
    return UInt64(String(decoding: fields[7], as: UTF8.self))
  }
}
