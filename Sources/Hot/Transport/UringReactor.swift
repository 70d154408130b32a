// The io_uring reactor: multishot receives into a ring of provided buffers; hot plane, one thread.
import CUring
import Channels
import Glibc
import Quantities

/// SINGLE_ISSUER | DEFER_TASKRUN: the kernel does its share only when this thread enters it, and says in
/// shared memory when that is worth it, so that an idle spin makes no system call.
@safe
public struct UringReactor: Reactor, ~Copyable {
  /// One attached descriptor.
  private struct Slot: BitwiseCopyable {
    var descriptor: Int32 = -1
    /// Counts attachments, so that completions of an earlier one are told apart.
    var generation: UInt32 = 0
    /// A receive is in the kernel.
    var armed = false
    /// A request for `.writable` is in the kernel.
    var awaitsWritable = false
  }

  private enum Operation: UInt64 {
    case receive = 1
    case writable = 2
    case wake = 3
    case cancel = 4
  }

  // SAFETY: owned; made in init, destroyed in deinit, used by the thread that called start.
  private let ring: OpaquePointer
  // SAFETY: owned, ReactorLimits.slotsMax entries, all initialised; indices are checked in attach.
  private let slots: UnsafeMutablePointer<Slot>
  /// Slots whose receive must be queued (again); a bit per slot.
  private var unarmed: UInt64 = 0
  /// The buffer lent out by the last poll.
  private var lent: UInt32 = CURING_NO_BUFFER
  private var wakeDescriptor: Int32 = -1
  private var wakeArmed = false
  private let stamps: StampClock
  /// Of the last entry into the kernel that brought completions.
  private var stamp = Stamp.zero
  /// Receives that ended for lack of provided buffers: this thread fell behind by 1 MiB.
  public private(set) var starvations: UInt64 = 0

  /// Nil with errno in `errorNumber` when the kernel refuses.
  public init?(stamps: StampClock = .monotonic, errorNumber: inout Int32) {
    var made: OpaquePointer?
    let status = unsafe curing_create(
      &made, UInt32(ReactorLimits.slotsMax) * 2, UInt32(ReactorLimits.buffersMax),
      UInt32(ReactorLimits.receiveBytesMax))
    guard status == 0, let ring = unsafe made else {
      errorNumber = -status
      return nil
    }
    errorNumber = 0
    self.stamps = stamps
    unsafe self.ring = unsafe ring
    unsafe slots = .allocate(capacity: ReactorLimits.slotsMax)
    unsafe slots.initialize(repeating: Slot(), count: ReactorLimits.slotsMax)
  }

  deinit {
    unsafe curing_destroy(ring)
    unsafe slots.deallocate()
  }

  public mutating func start() -> Int32 { unsafe -curing_start(ring) }

  @inline(__always)
  private func tag(_ operation: Operation, _ slot: Int, _ generation: UInt32) -> UInt64 {
    operation.rawValue | UInt64(truncatingIfNeeded: slot) << 8 | UInt64(generation) << 32
  }

  @_noLocks
  public mutating func attach(descriptor: Int32, slot: Int) -> Bool {
    guard slot >= 0, slot < ReactorLimits.slotsMax, descriptor >= 0,
      unsafe slots[slot].descriptor < 0
    else { return false }
    let generation = unsafe slots[slot].generation &+ 1
    unsafe slots[slot] = Slot(descriptor: descriptor, generation: generation)
    unarmed |= 1 &<< UInt64(truncatingIfNeeded: slot)
    arm()
    return true
  }

  @_noLocks
  public mutating func detach(slot: Int) {
    guard slot >= 0, slot < ReactorLimits.slotsMax, unsafe slots[slot].descriptor >= 0 else {
      return
    }
    recycle()
    let state = unsafe slots[slot]
    if state.armed {
      _ = unsafe curing_cancel(
        ring, tag(.receive, slot, state.generation), Operation.cancel.rawValue)
    }
    if state.awaitsWritable {
      _ = unsafe curing_cancel(
        ring, tag(.writable, slot, state.generation), Operation.cancel.rawValue)
    }
    // The kernel must let go of the descriptor before its owner closes it.
    _ = unsafe curing_enter(ring)
    unarmed &= ~(1 &<< UInt64(truncatingIfNeeded: slot))
    unsafe slots[slot] = Slot(generation: state.generation)
  }

  @_noLocks
  public mutating func awaitWritable(slot: Int) -> Bool {
    guard slot >= 0, slot < ReactorLimits.slotsMax, unsafe slots[slot].descriptor >= 0 else {
      return false
    }
    if unsafe slots[slot].awaitsWritable { return true }
    guard
      unsafe curing_watch(
        ring, slots[slot].descriptor, 1, tag(.writable, slot, slots[slot].generation)) == 1
    else { return false }
    unsafe slots[slot].awaitsWritable = true
    return true
  }

  public mutating func watch(wakeDescriptor descriptor: Int32) -> Bool {
    guard wakeDescriptor < 0, descriptor >= 0 else { return false }
    guard csocket_non_blocking(descriptor) == 0 else {
      return false
    }
    wakeDescriptor = descriptor
    armWake()
    return true
  }

  @_noLocks
  private mutating func armWake() {
    wakeArmed = unsafe curing_watch(ring, wakeDescriptor, 0, Operation.wake.rawValue) == 1
  }

  /// Queues the receives that are due; what does not fit stays due.
  @_noLocks
  private mutating func arm() {
    while unarmed != 0 {
      let slot = unarmed.trailingZeroBitCount
      guard
        unsafe curing_receive(
          ring, slots[slot].descriptor, tag(.receive, slot, slots[slot].generation)) == 1
      else { return }
      unsafe slots[slot].armed = true
      unarmed &= unarmed &- 1
    }
  }

  @_noLocks
  private mutating func recycle() {
    if lent != CURING_NO_BUFFER {
      unsafe curing_recycle(ring, lent)
      lent = CURING_NO_BUFFER
    }
  }

  @_noLocks
  public mutating func poll() -> ReactorCompletion {
    recycle()
    if unarmed != 0 { arm() }
    var completion = curing_completion()
    var skips = 0
    while skips < ReactorLimits.skipsMax {
      if unsafe curing_next(ring, &completion) == 0 {
        guard unsafe curing_enter(ring) == 1 else { return .idle }
        stamp = stamps.now()
        guard unsafe curing_next(ring, &completion) == 1 else { return .idle }
      }
      let result = take(completion)
      if result.kind != .idle { return result }
      if unarmed != 0 { arm() }
      skips &+= 1
    }
    return .idle
  }

  /// The meaning of one completion; `.idle` when it concerns nobody outside.
  @_noLocks
  private mutating func take(_ completion: curing_completion) -> ReactorCompletion {
    let slot = Int(truncatingIfNeeded: (completion.tag >> 8) & 0xff_ffff)
    let generation = UInt32(truncatingIfNeeded: completion.tag >> 32)
    switch completion.tag & 0xff {
    case Operation.receive.rawValue:
      return takeReceive(completion, slot: slot, generation: generation)
    case Operation.writable.rawValue:
      guard slot < ReactorLimits.slotsMax, unsafe slots[slot].generation == generation,
        unsafe slots[slot].awaitsWritable
      else { return .idle }
      unsafe slots[slot].awaitsWritable = false
      return ReactorCompletion(kind: .writable, slot: slot, stamp: stamp)
    case Operation.wake.rawValue:
      csocket_drain(wakeDescriptor)
      if completion.more == 0 { armWake() }
      return .idle
    default:
      return .idle
    }
  }

  @_noLocks
  private mutating func takeReceive(
    _ completion: curing_completion, slot: Int, generation: UInt32
  ) -> ReactorCompletion {
    guard slot < ReactorLimits.slotsMax, unsafe slots[slot].generation == generation,
      unsafe slots[slot].descriptor >= 0
    else {
      // Of an earlier attachment: its bytes are nobody's, its buffer is ours.
      if completion.buffer != CURING_NO_BUFFER { unsafe curing_recycle(ring, completion.buffer) }
      return .idle
    }
    if completion.more == 0 { unsafe slots[slot].armed = false }
    if completion.result > 0, completion.buffer != CURING_NO_BUFFER {
      if completion.more == 0 { unarmed |= 1 &<< UInt64(truncatingIfNeeded: slot) }
      lent = completion.buffer
      return unsafe ReactorCompletion(
        slot: slot, start: curing_bytes(ring, completion.buffer),
        count: Int(completion.result), stamp: stamp)
    }
    if completion.buffer != CURING_NO_BUFFER { unsafe curing_recycle(ring, completion.buffer) }
    switch -completion.result {
    case ENOBUFS:
      starvations &+= 1
      unarmed |= 1 &<< UInt64(truncatingIfNeeded: slot)
      return .idle
    case EINTR, EAGAIN:
      unarmed |= 1 &<< UInt64(truncatingIfNeeded: slot)
      return .idle
    case 0:
      return ReactorCompletion(kind: .ended, slot: slot, stamp: stamp)
    default:
      return ReactorCompletion(
        kind: .failed, slot: slot, errorNumber: -completion.result, stamp: stamp)
    }
  }

  @_noLocks
  public mutating func wait(timeoutNanoseconds: Int64) -> WaitOutcome {
    recycle()
    if unarmed != 0 { arm() }
    if wakeDescriptor >= 0 && !wakeArmed { armWake() }
    let status = unsafe curing_wait(ring, max(timeoutNanoseconds, 0))
    if status == 1 {
      stamp = stamps.now()
      return .ready
    }
    return .timedOut
  }
}
