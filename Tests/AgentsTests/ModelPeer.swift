// The model servers of Tests/Peers/models, and a role, a snapshot and a call to ask them with.
import Agents
import Foundation
import Logging
import Operations
import Testing

/// One process of Tests/Peers/models; it ends with this value.
final class ModelPeer {
  private let process = Process()
  let port: Int

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  /// With the packages of Tests/requirements-models.txt; nil where Tests/make-venv.sh has not run.
  static var python: String? {
    let path = root.deletingLastPathComponent()
      .appendingPathComponent(".build/models-venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  static func script(_ name: String) -> String {
    root.appendingPathComponent("Peers/models/\(name)").path
  }

  init(_ script: String = "server.py", python: String = "python3") throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-B", ModelPeer.script(script)]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    // It ends when this pipe does, however this process ends.
    process.standardInput = Pipe()
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit { process.terminate() }

  func base(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// The answer's text where a request carries no tool.
  func answerWith(_ answer: JSONValue) throws { _ = try talk("answer", answer.canonical) }

  /// What was asked so far.
  func requests() throws -> [JSONValue] {
    try JSONValue(parsing: Array(try talk("requests").utf8)).array ?? []
  }

  /// A request beside the model protocol: GET without a body.
  func talk(_ path: String, _ body: String = "", method: String = "PUT") throws -> String {
    let code = """
      import sys, urllib.request
      data = sys.argv[2].encode() or None
      request = urllib.request.Request(sys.argv[1], data, method=sys.argv[3] if data else "GET")
      request.add_header("Content-Type", "application/json")
      sys.stdout.buffer.write(urllib.request.urlopen(request, timeout=10).read())
      """
    return try ModelPeer.run("python3", "-c", code, base(path), body, method).output
  }

  static func run(_ command: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

/// What is asked of models in these tests.
enum ModelFixture {
  static let price = 60_000.0

  static let schema = RoleSchema(
    name: "technical_analyst",
    fields: [
      SchemaField("instrument", SchemaNode(.text(charactersMax: 32), ground: .instrument)),
      SchemaField("stance", SchemaNode(.integer(-100...100))),
      SchemaField("reference_price", SchemaNode(.number(0...1_000_000_000), ground: .price)),
      SchemaField("position_lots", SchemaNode(.integer(-1_000_000...1_000_000), ground: .position)),
      SchemaField("order", SchemaNode(.text(charactersMax: 40), ground: .orderID)),
      SchemaField(
        "news",
        SchemaNode(
          .list(of: SchemaNode(.text(charactersMax: 64), ground: .newsID), countMax: 4))),
    ], mayAbstain: true)

  static let valid: JSONValue = [
    "abstain": false, "reason": "quiet", "instrument": "BTC-USDT", "stance": 10,
    "reference_price": 60_000, "position_lots": 0, "order": "o1", "news": [],
  ]

  static func snapshot() -> Snapshot {
    var snapshot = Snapshot(
      takenAt: 1_800_000_000_000,
      instrument: InstrumentFacts(
        id: "BTC-USDT", type: "spot", tickSize: "0.1", lotSize: "0.00001", quote: "USDT",
        isTradable: true))
    var book = BookFacts(isValid: true, ageMilliseconds: 5, sequence: 7)
    book.bid = 59_999.9
    book.ask = 60_000.1
    book.mid = price
    snapshot.book = book
    snapshot.orders = [
      OrderFacts(
        reference: "o1", id: "ORDERIDCANARY1", side: "buy", price: 59_990, lots: 10,
        filledLots: 0, state: "live", ageMilliseconds: 900)
    ]
    return snapshot
  }

  /// - Parameter ending: what the user part ends in, so that two calls can differ.
  static func call(
    _ ending: String = "1", seconds: Int64 = 10, parameters: ModelParameters = ModelParameters()
  ) -> RoleCall {
    let system =
      String(repeating: "You are a technical analyst of one instrument. ", count: 40)
      + schema.promptSection
    let role = Role(
      id: "technical_analyst", title: "Technical analyst", kind: .analyst, inputs: [.book],
      schema: schema, cadenceSeconds: 5)
    let snapshot = snapshot()
    let user = snapshot.view(of: role.inputs, for: .model(.ratios)).canonical + "\n" + ending
    return RoleCall(
      role: role,
      prompt: RenderedPrompt(system: system, user: user, version: 3, parameters: parameters),
      snapshot: snapshot, deadline: .now + .seconds(seconds), trace: TraceContext())
  }

  static let key = "sk-canary-0123456789abcdef"

  static func endpoint(
    _ base: String, name: String = "test", isStreaming: Bool = true, price: ModelPrice? = nil
  ) -> ModelEndpoint {
    ModelEndpoint(
      name: name, base: base, model: "deepseek-flash", key: Secret(key), isStreaming: isStreaming,
      price: price)
  }

  static func roster(_ endpoints: [ModelEndpoint], micros: Int64 = 1_000_000_000) -> ModelRoster {
    ModelRoster(
      endpoints, budgets: ModelBudgets(dailyMicros: micros),
      now: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  static func ask(
    _ roster: ModelRoster, _ call: RoleCall = call(), silence: Int64 = 5_000
  ) async throws -> RoleAnswer {
    let client = try ModelClient(silenceMilliseconds: silence)
    let analyst = ModelAnalyst(roster: roster, client: client, log: Logger(label: "test"))
    let answer = await analyst.answer(call)
    await client.shutdown()
    return answer
  }
}
