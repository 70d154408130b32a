// A role, a snapshot and a call to ask models with.
import Foundation
import JSON
import Logging
import Models
import Operations
import Roles

/// What is asked of models in these tests.
public enum ModelFixture {
  public static let price = 60_000.0

  public static let schema = RoleSchema(
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

  public static let valid: JSONValue = [
    "abstain": false, "reason": "quiet", "instrument": "BTC-USDT", "stance": 10,
    "reference_price": 60_000, "position_lots": 0, "order": "o1", "news": [],
  ]

  public static func snapshot() -> Snapshot {
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
  public static func call(
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

  public static let key = "sk-canary-0123456789abcdef"

  public static func endpoint(
    _ base: String, name: String = "test", isStreaming: Bool = true, price: ModelPrice? = nil
  ) -> ModelEndpoint {
    ModelEndpoint(
      name: name, base: base, model: "deepseek-flash", key: Secret(key), isStreaming: isStreaming,
      price: price)
  }

  public static func roster(_ endpoints: [ModelEndpoint], micros: Int64 = 1_000_000_000)
    -> ModelRoster
  {
    ModelRoster(
      endpoints, budgets: ModelBudgets(dailyMicros: micros),
      now: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  public static func ask(
    _ roster: ModelRoster, _ call: RoleCall = call(), silence: Int64 = 5_000
  ) async throws -> RoleAnswer {
    let client = try ModelClient(silenceMilliseconds: silence)
    let analyst = ModelAnalyst(roster: roster, client: client, log: Logger(label: "test"))
    let answer = await analyst.answer(call)
    await client.shutdown()
    return answer
  }
}
