// The index and the rate budget against naive models.

import Quantities
import Testing

@Suite struct FixedIndexTests {
  @Test(arguments: 0..<8)
  func equalsADictionary(_ seed: UInt64) {
    var random = TestRandom(seed: seed)
    var index = FixedIndex(capacity: 32)
    var model: [UInt64: Int] = [:]
    // Few keys, so that probes collide and deletions shift.
    for _ in 0..<20_000 {
      let key = UInt64(random.below(64)) &* (seed % 2 == 0 ? 1 : 0x1_0000_0001)
      switch random.below(3) {
      case 0:
        let slot = random.below(1_000)
        let fits = key != 0 && model[key] == nil && model.count < 32
        #expect(index.insert(key, slot: slot) == fits)
        if fits { model[key] = slot }
      case 1:
        #expect(index.remove(key) == model.removeValue(forKey: key))
      default:
        #expect(index.find(key) == model[key])
      }
      #expect(index.count == model.count)
    }
    for key in model.keys { #expect(index.find(key) == model[key]) }
  }
}

@Suite struct RateBudgetTests {
  /// No window anywhere holds more than the count; and the steady rate is not starved.
  @Test(arguments: [1, 2, 3, 10, 60, 1000] as [Int64])
  func noWindowHoldsMore(_ count: Int64) {
    let window: Int64 = 2_000_000_000
    for seed in 0..<4 {
      var random = TestRandom(seed: UInt64(seed))
      var budget = RateBudget(count: count, windowNanoseconds: window)
      var taken: [Int64] = []
      var now: Int64 = 5_000
      let end: Int64 = 20 * window
      while now < end {
        // Greedy, with pauses that let the burst refill.
        let isFree = budget.isAvailable(at: Instant(nanoseconds: now))
        let isTaken = budget.take(at: Instant(nanoseconds: now))
        #expect(isFree == isTaken)
        if isTaken {
          taken.append(now)
        } else {
          now += 1 + Int64(random.below(Int(window / count) + 1))
        }
        if random.below(Int(count) * 4) == 0 { now += window }
      }
      for index in taken.indices where index >= Int(count) {
        #expect(taken[index] - taken[index - Int(count)] >= window)
      }
      #expect(Int64(taken.count) >= count * 3)
    }
  }

  @Test func nothingFromNothing() {
    var none = RateBudget(count: 0, windowNanoseconds: 1)
    var negative = RateBudget(count: -1, windowNanoseconds: 100)
    var timeless = RateBudget(count: 5, windowNanoseconds: 0)
    let answers = [none.take(at: .zero), negative.take(at: .zero), timeless.take(at: .zero)]
    #expect(answers == [false, false, false])
  }

  @Test func burstIsHalfUnlessTold() {
    var half = RateBudget(count: 60, windowNanoseconds: 2_000_000_000)
    var all = RateBudget(count: 60, windowNanoseconds: 2_000_000_000, burst: 60)
    var atOnce = 0
    while half.take(at: .zero) { atOnce += 1 }
    #expect(atOnce == 30)
    atOnce = 0
    while all.take(at: .zero) { atOnce += 1 }
    #expect(atOnce == 60)
  }
}
