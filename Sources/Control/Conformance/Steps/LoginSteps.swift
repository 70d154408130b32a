// The chapter *Login* of docs/OKX.md: what logs in, what does not, and what is said then; control plane.

import Account
import JSON
import OKX
import Quantities

extension ConformStep {
  static let loginSteps: [ConformStep] = [
    ConformStep(
      "login.accepted", "log in as documented, late, by a number, and twice",
      rules: ["OKX-020", "OKX-021", "OKX-022", "OKX-025"], run: accepted),
    ConformStep(
      "login.refused", "log in by a wrong signature, an old time and an unknown key",
      rules: ["OKX-009", "OKX-020", "OKX-021", "OKX-022", "OKX-024"], run: refused),
    ConformStep(
      "login.missing", "ask for private things without a login", rules: ["OKX-023"],
      run: missing),
  ]

  /// What a login is answered by.
  private static func login(
    _ bench: ConformBench, _ line: ConformLine, _ text: String
  ) async throws -> ConformFrame {
    let mark = line.mark
    line.send(text: text)
    return try await line.next("answer to a login", after: mark) {
      $0.event == "login" || $0.event == "error"
    }
  }

  private static func isWelcome(_ frame: ConformFrame) -> Bool {
    frame.event == "login" && frame.code == "0"
  }

  private static let accepted: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.private)
    defer { bench.close(line) }
    let reply = try await findings.demand("OKX-022", "an answer to a login") {
      try await login(bench, line, bench.loginText())
    }
    findings.expect("OKX-020", isWelcome(reply), "the signature logs in", seen: reply.text)
    findings.expect(
      "OKX-022", isWelcome(reply), "a `login` event with code 0", seen: reply.text)
    // That it says so is not that it is so.
    let account = try await bench.answer(line, ["channel": "account"])
    findings.expect(
      "OKX-020", account.event == "subscribe", "who is logged in may follow `account`",
      seen: account.text)
    let again = try await findings.demand("OKX-022", "an answer to a second login") {
      try await login(bench, line, bench.loginText())
    }
    findings.expect(
      "OKX-022", again.event == "error" && again.code == "60031",
      "a second login on a connection is refused with 60031", seen: again.text)
    let late = try await bench.open(.private)
    defer { bench.close(late) }
    let answer = try await login(bench, late, bench.loginText(ahead: -22))
    findings.expect(
      "OKX-021", isWelcome(answer), "a login 22 s old is good", seen: answer.text)
    let number = try await bench.open(.private)
    defer { bench.close(number) }
    let taken = try await login(bench, number, numbered(bench).canonical)
    findings.expect(
      "OKX-025", isWelcome(taken), "a `timestamp` that is a JSON number is taken",
      seen: taken.text)
  }

  /// A login whose time is a JSON number.
  private static func numbered(_ bench: ConformBench) -> JSONValue {
    let key = bench.target.key
    let seconds = bench.target.rest.venueClock.now().milliseconds / 1_000
    let sign = LoginRequest.signature(
      secret: key.secret, time: String(seconds), method: "GET", path: "/users/self/verify")
    return [
      "op": "login",
      "args": [
        [
          "apiKey": .string(key.key), "passphrase": .string(key.passphrase),
          "timestamp": .integer(seconds), "sign": .string(sign),
        ]
      ],
    ]
  }

  private static let refused: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    var forged = bench.target.key
    forged.secret = String(forged.secret.reversed()) + "0"
    var unknown = bench.target.key
    unknown.key = "00000000-0000-4000-8000-" + "0123456789ab"
    let tries: [(rule: String?, what: String, text: String, codes: Set<String>)] = [
      ("OKX-020", "a wrong signature", bench.loginText(key: forged), ["60007"]),
      ("OKX-021", "a login 60 s old", bench.loginText(ahead: -60), ["60004", "60006"]),
      (nil, "an unknown key", bench.loginText(key: unknown), ["60032"]),
    ]
    for (rule, what, text, codes) in tries {
      let line = try await bench.open(.private)
      defer { bench.close(line) }
      let answer = try await findings.demand("OKX-022", "an answer to \(what)") {
        try await login(bench, line, text)
      }
      findings.expect(
        rule ?? "OKX-022", answer.event == "error", "\(what) is refused", seen: answer.text)
      if answer.event == "login" { continue }
      findings.expect(
        rule == nil ? "OKX-022" : "OKX-024", codes.contains(answer.code ?? ""),
        "\(what) is \(codes.sorted().joined(separator: " or "))", seen: answer.text)
      let end = try await findings.demand("OKX-009", "the end of a connection without login") {
        try await line.end(seconds: 5)
      }
      findings.expect(
        "OKX-009", end.closeCode == 4_001, "a failed login is closed with 4001",
        seen: "\(end.closeCode)")
    }
    try await emptyParts(bench, findings)
  }

  private static func emptyParts(_ bench: ConformBench, _ findings: Findings) async throws {
    let parts = [
      ("OK-ACCESS-KEY", "50103"), ("OK-ACCESS-PASSPHRASE", "50104"), ("OK-ACCESS-SIGN", "50106"),
      ("OK-ACCESS-TIMESTAMP", "50107"),
    ]
    for (name, code) in parts {
      var signing = RESTSigning(bench.target.key)
      signing.leftOut = [name]
      let answer = try await bench.call("GET", "account/max-size", signing: signing)
      findings.expect(
        "OKX-024", answer.code == code, "without \(name) it is \(code)",
        seen: String(answer.text.prefix(120)))
    }
  }

  private static let missing: @Sendable (ConformBench, Findings) async throws -> Void = {
    bench, findings in
    let line = try await bench.open(.private)
    defer { bench.close(line) }
    let answer = try await findings.demand("OKX-023", "an answer without a login") {
      try await bench.answer(line, ["channel": "orders", "instType": "ANY"])
    }
    findings.expect(
      "OKX-023", answer.event == "error" && answer.code == "60011",
      "a private channel without a login is refused with 60011", seen: answer.text)
    let mark = line.mark
    let id = bench.nextID()
    // Of no order: nothing is done whatever it answers.
    line.send([
      "op": "cancel-order", "id": .string(id),
      "args": [["instIdCode": bench.swap["instIdCode"] ?? .null, "ordId": "1"]],
    ])
    let reply = try await findings.demand("OKX-023", "an answer to an order request") {
      try await line.next("answer to an order request", after: mark) {
        $0.id == id || $0.event == "error"
      }
    }
    findings.expect(
      "OKX-023", reply.code == "60011", "an order request without a login is refused with 60011",
      seen: reply.text)
  }
}
