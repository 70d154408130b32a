// The exchange's clock, asked of `public/time` (docs/OKX.md OKX-180); control plane.

import Channels
import Foundation
import Quantities

extension RESTClient {
  private struct Answer: Decodable {
    struct Row: Decodable { var ts: String }
    var data: [Row]
  }

  /// Asks once, and lets every later stamp go by what all answers so far say.
  @discardableResult
  public func measureClock() async throws -> VenueClock.Offset {
    let sentAt = BootInstant.now()
    let body = try await get("/api/v5/public/time")
    let receivedAt = BootInstant.now()
    guard let answer = try? JSONDecoder().decode(Answer.self, from: body),
      let time = answer.data.first.flatMap({ Int64($0.ts) }),
      let offset = estimate.withLock({
        $0.take(WallMilliseconds(milliseconds: time), sentAt: sentAt, receivedAt: receivedAt)
      })
    else {
      throw RESTError.malformed("public/time: \(String(decoding: body.prefix(100), as: UTF8.self))")
    }
    venueClock.set(offset)
    return offset
  }
}
