// How start-up goes on asking an exchange that is busy or out of reach: growing, capped, jittered pauses; control plane.

import Logging

extension RESTError {
  /// Passes by itself: no reply, too many requests (429, 50011), a front or an exchange that is busy or down. Anything
  /// else is an answer: asking again would bring the same.
  public var isPassing: Bool {
    switch self {
    case .unreachable, .malformed, .busy: true
    case .status(let status, _): status == 408 || status == 429 || status >= 500
    case .refused(let code, _): RESTError.passingCodes.contains(code)
    case .missingCredentials: false
    }
  }

  /// Whether a request may have been done all the same: a trading request that ends so is unknown.
  var isAmbiguous: Bool {
    switch self {
    case .unreachable, .malformed: true
    case .status(let status, _): status == 408 || status >= 500
    case .refused(let code, _): RESTError.ambiguousCodes.contains(code)
    case .missingCredentials, .busy: false
    }
  }

  /// The exchange wants fewer requests; this one it did not take (docs/OKX.md OKX-213).
  var isRateRefusal: Bool {
    switch self {
    case .status(let status, _): status == 429
    case .refused(let code, _): code == "50011" || code == "50061"
    default: false
    }
  }

  /// Codes that leave open whether a trading request was done (docs/OKX.md OKX-133, OKX-134).
  static let ambiguousCodes: Set<String> = [
    "1", "50001", "50004", "50013", "50026", "51149", "51412", "64007",
  ]

  /// docs/OKX.md OKX-171, OKX-172: service unavailable, time-out of the endpoint, too many requests, systems busy, system error.
  static let passingCodes: Set<String> = ["50001", "50004", "50011", "50013", "50026"]
}

/// Asks until there is an answer. A definite refusal is thrown at once.
public struct Patience: Sendable {
  /// The longest pause after the first failure; it doubles with each further one, up to `longest`.
  public var first = Duration.milliseconds(500)
  public var longest = Duration.seconds(30)

  public init() {}

  /// Between half and the whole of what `failures` allow, so that desks of one address do not ask in step.
  public func pause(afterFailures failures: Int, jitter: Double) -> Duration {
    let doublings = min(max(0, failures - 1), 30)
    let whole = min(first * (1 << doublings), longest)
    return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
  }

  /// `body`'s first answer; each pause is logged once, with its cause. Throws what does not pass, and
  /// `CancellationError` when the task is cancelled.
  public func ask<Answer>(
    _ subject: String, log: Logger, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Answer
  ) async throws -> Answer {
    var failures = 0
    while true {
      do {
        let answer = try await body()
        if failures > 0 {
          log.notice(
            "the exchange answers", metadata: ["of": "\(subject)", "failures": "\(failures)"])
        }
        return answer
      } catch let error as RESTError where error.isPassing {
        try Task.checkCancellation()
        failures += 1
        let pause = pause(afterFailures: failures, jitter: .random(in: 0...1))
        log.warning(
          "the exchange did not answer; asking again",
          metadata: [
            "of": "\(subject)", "cause": "\(error)", "failures": "\(failures)",
            "pause_ms":
              "\(pause.components.seconds * 1_000 + pause.components.attoseconds / 1_000_000_000_000_000)",
          ])
        try await Task.sleep(for: pause)
      }
    }
  }
}
