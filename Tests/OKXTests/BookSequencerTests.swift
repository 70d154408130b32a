// The chain rules of docs/OKX.md OKX-052 to OKX-055, one by one and against random faults.

import OKX
import Quantities
import Testing

private func take(
  _ sequencer: inout BookSequencer, _ previous: Int64, _ sequence: Int64, empty: Bool = false
)
  -> SequenceVerdict
{
  sequencer.take(seqId: sequence, prevSeqId: previous, isSnapshot: false, isEmpty: empty)
}

@Test func theDocumentedChainIsLegal() {
  var sequencer = BookSequencer()
  #expect(take(&sequencer, -1, 10) == .snapshot)
  #expect(take(&sequencer, 10, 15) == .update)
  #expect(take(&sequencer, 15, 15, empty: true) == .heartbeat)
  #expect(take(&sequencer, 15, 3) == .reset)
  #expect(take(&sequencer, 3, 5) == .update)
  #expect(sequencer.isValid && sequencer.last == 5)
}

@Test func anythingElseIsAGap() {
  for (previous, sequence, empty) in [
    (Int64(9), Int64(15), false), (11, 15, false), (15, 20, false), (0, 12, false),
    (9, 9, true), (15, 15, true), (10, 10, false), (Int64.min, Int64.max, false),
  ] {
    var sequencer = BookSequencer()
    #expect(take(&sequencer, -1, 10) == .snapshot)
    #expect(take(&sequencer, previous, sequence, empty: empty) == .gap)
    #expect(!sequencer.isValid)
    // Even what would have continued the chain is passed over now.
    #expect(take(&sequencer, 10, 11) == .ignored)
    #expect(take(&sequencer, -1, 40) == .snapshot)
    #expect(take(&sequencer, 40, 41) == .update)
  }
}

@Test func nothingCountsBeforeASnapshot() {
  var sequencer = BookSequencer()
  #expect(take(&sequencer, 0, 1) == .ignored)
  #expect(take(&sequencer, 0, 0, empty: true) == .ignored)
  #expect(!sequencer.isValid)
  #expect(
    sequencer.take(seqId: 7, prevSeqId: 3, isSnapshot: true, isEmpty: false) == .snapshot)
  #expect(take(&sequencer, 7, 8) == .update)
}

@Test func extremeNumbersAreOnlyNumbers() {
  var sequencer = BookSequencer()
  #expect(take(&sequencer, -1, .max) == .snapshot)
  #expect(take(&sequencer, .max, .min) == .reset)
  #expect(take(&sequencer, .min, .max) == .update)
  #expect(take(&sequencer, .max, 80_274_874_887) == .reset)
}

/// Drops, repeats and reorders a valid chain at random: whenever the sequencer says valid, the state
/// built from what it let through is the true state at its number.
@Test func randomFaultsNeverPassAsValid() {
  var generator = SeededGenerator(seed: 12)
  var gaps = 0
  var validSteps = 0
  for _ in 0..<400 {
    struct Message {
      var previous: Int64
      var sequence: Int64
      var change: Int
      var state: Int
    }
    var truth: [Int64: Int] = [:]
    var chain: [Message] = []
    var state = 0
    var last: Int64 = 1_000_000
    var used: Set<Int64> = [last]
    truth[last] = state
    chain.append(Message(previous: -1, sequence: last, change: 0, state: state))
    for _ in 0..<60 {
      switch generator.next() % 12 {
      case 0: chain.append(Message(previous: last, sequence: last, change: 0, state: state))
      case 1: chain.append(Message(previous: -1, sequence: last, change: 0, state: state))
      default:
        var next = last
        while used.contains(next) {
          next =
            generator.next() % 10 == 0
            ? last - Int64(generator.next() % 1000) : last + Int64(generator.next() % 50)
        }
        used.insert(next)
        let change = 1 + Int(generator.next() % 1000)
        state += change
        chain.append(Message(previous: last, sequence: next, change: change, state: state))
        last = next
        truth[last] = state
      }
    }
    var faulty = chain
    for _ in 0..<(generator.next() % 12) {
      let at = Int(generator.next() % UInt64(faulty.count))
      let to = Int(generator.next() % UInt64(faulty.count))
      switch generator.next() % 4 {
      case 0: faulty.remove(at: at)
      case 1: faulty.insert(faulty[at], at: min(at + Int(generator.next() % 8), faulty.count))
      case 2: faulty.swapAt(at, min(at + 1, faulty.count - 1))
      default: faulty.swapAt(at, to)
      }
    }
    var sequencer = BookSequencer()
    var built = 0
    for message in faulty {
      let verdict = sequencer.take(
        seqId: message.sequence, prevSeqId: message.previous, isSnapshot: message.previous == -1,
        isEmpty: message.previous == message.sequence)
      switch verdict {
      case .snapshot: built = message.state
      case .update, .reset: built += message.change
      case .heartbeat, .ignored: break
      case .gap: gaps += 1
      }
      if sequencer.isValid {
        validSteps += 1
        #expect(truth[sequencer.last] == built)
      }
    }
  }
  #expect(gaps > 300 && validSteps > 5000)
}
