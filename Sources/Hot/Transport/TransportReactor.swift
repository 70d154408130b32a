// The reactor that stages hold: one of the two concrete ones behind a stored kind; hot plane.
import Channels
import Quantities

/// Static dispatch by one predictable branch, so that a concrete stage step stays provably free of locks,
/// allocation and existentials. The rules of `Reactor` hold.
@safe
public struct TransportReactor: Reactor, ~Copyable {
  public let kind: TransportKind
  // SAFETY: exactly the one that `kind` names is set; owned, made in init and destroyed in deinit.
  private let uring: UnsafeMutablePointer<UringReactor>!
  private let epoll: UnsafeMutablePointer<EpollReactor>!

  /// Nil with errno in `errorNumber` when the kernel refuses; `Transport.choose` finds out beforehand.
  public init?(
    kind: TransportKind, stamps: StampClock = .monotonic, errorNumber: inout Int32
  ) {
    let uring = unsafe kind == .uring ? Self.makeUring(stamps, &errorNumber) : nil
    let epoll = unsafe kind == .epoll ? Self.makeEpoll(stamps, &errorNumber) : nil
    if unsafe uring == nil && epoll == nil { return nil }
    self.kind = kind
    unsafe self.uring = unsafe uring
    unsafe self.epoll = unsafe epoll
  }

  private static func makeUring(_ stamps: StampClock, _ errorNumber: inout Int32)
    -> UnsafeMutablePointer<UringReactor>?
  {
    guard let made = UringReactor(stamps: stamps, errorNumber: &errorNumber) else { return nil }
    let pointer = UnsafeMutablePointer<UringReactor>.allocate(capacity: 1)
    unsafe pointer.initialize(to: made)
    return unsafe pointer
  }

  private static func makeEpoll(_ stamps: StampClock, _ errorNumber: inout Int32)
    -> UnsafeMutablePointer<EpollReactor>?
  {
    guard let made = EpollReactor(stamps: stamps, errorNumber: &errorNumber) else { return nil }
    let pointer = UnsafeMutablePointer<EpollReactor>.allocate(capacity: 1)
    unsafe pointer.initialize(to: made)
    return unsafe pointer
  }

  deinit {
    switch kind {
    case .uring:
      unsafe uring.deinitialize(count: 1)
      unsafe uring.deallocate()
    case .epoll:
      unsafe epoll.deinitialize(count: 1)
      unsafe epoll.deallocate()
    }
  }

  public mutating func start() -> Int32 {
    switch kind {
    case .uring: unsafe uring.pointee.start()
    case .epoll: unsafe epoll.pointee.start()
    }
  }

  @_noLocks
  public mutating func attach(descriptor: Int32, slot: Int) -> Bool {
    switch kind {
    case .uring: unsafe uring.pointee.attach(descriptor: descriptor, slot: slot)
    case .epoll: unsafe epoll.pointee.attach(descriptor: descriptor, slot: slot)
    }
  }

  @_noLocks
  public mutating func detach(slot: Int) {
    switch kind {
    case .uring: unsafe uring.pointee.detach(slot: slot)
    case .epoll: unsafe epoll.pointee.detach(slot: slot)
    }
  }

  @_noLocks
  public mutating func awaitWritable(slot: Int) -> Bool {
    switch kind {
    case .uring: unsafe uring.pointee.awaitWritable(slot: slot)
    case .epoll: unsafe epoll.pointee.awaitWritable(slot: slot)
    }
  }

  public mutating func watch(wakeDescriptor: Int32) -> Bool {
    switch kind {
    case .uring: unsafe uring.pointee.watch(wakeDescriptor: wakeDescriptor)
    case .epoll: unsafe epoll.pointee.watch(wakeDescriptor: wakeDescriptor)
    }
  }

  @_noLocks
  public mutating func poll() -> ReactorCompletion {
    switch kind {
    case .uring: unsafe uring.pointee.poll()
    case .epoll: unsafe epoll.pointee.poll()
    }
  }

  @_noLocks
  public mutating func wait(timeoutNanoseconds: Int64) -> WaitOutcome {
    switch kind {
    case .uring: unsafe uring.pointee.wait(timeoutNanoseconds: timeoutNanoseconds)
    case .epoll: unsafe epoll.pointee.wait(timeoutNanoseconds: timeoutNanoseconds)
    }
  }
}
