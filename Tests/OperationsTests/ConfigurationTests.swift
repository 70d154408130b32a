// What a configuration file may say, and how it is told that it may not.

import Foundation
import Operations
import Quantities
import Testing

/// A simulated run that may trade: every key given, every rule kept.
let validYAML = """
  environment: simulated
  state_dir: /tmp/llmtrading-test
  okx:
    endpoints:
      public: wss://localhost:9443/ws/v5/public
      private: wss://127.0.0.1:9443/ws/v5/private
      rest: https://[::1]:9443
    ca_file: /tmp/ca.pem
    instruments: [BTC-USDT, ETH-USDT-SWAP]
    channels: [books-l2-tbt, trades]
    credentials:
      api_key_variable: OKX_KEY
      secret_variable: OKX_SECRET
      passphrase_file: /tmp/passphrase
  risk:
    allow_list: [BTC-USDT]
    desk: {open_orders: 20, orders_per_window: 40, exchange_age_milliseconds: 5000}
    defaults:
      order_lots: 100
      order_notional: 2500.50 USDT
      position_lots: 300
      open_orders: 4
      price_collar_basis_points: 50
      orders_per_window: 20
      book_age_milliseconds: 65000
    instruments:
      BTC-USDT: {order_lots: 7}
  log:
    level: debug
    levels: {Account: warning}
  """

func problems(
  _ yaml: String, live: Bool = false, overrides: [String: String] = [:]
) -> [ConfigurationError.Problem] {
  do {
    _ = try Configuration.parse(yaml, overrides: overrides, allowLive: live)
    return []
  } catch { return error.problems }
}

func replacing(_ old: String, _ new: String) -> String {
  #expect(validYAML.contains(old))
  return validYAML.replacingOccurrences(of: old, with: new)
}

@Test func aValidFileBecomesAValue() throws {
  let configuration = try Configuration.parse(validYAML)
  #expect(configuration.environment == .simulated && configuration.region == .global)
  #expect(configuration.topology == .split && configuration.transport == .auto)
  #expect(configuration.okx.instruments == ["BTC-USDT", "ETH-USDT-SWAP"])
  #expect(configuration.okx.credentials.variables == ["OKX_KEY", "OKX_SECRET"])
  let limits = configuration.risk.limits(of: "BTC-USDT")
  #expect(limits[.orderLots] == 7 && limits[.positionLots] == 300)
  #expect(limits.orderNotional == Notional("2500.50 USDT"))
  #expect(configuration.risk.limits(of: "ETH-USDT-SWAP")[.orderLots] == 100)
  #expect(configuration.log.levels == ["Account": .warning])
}

@Test func unknownKeysRefuseWithPlaceAndSuggestion() {
  let found = problems(replacing("  allow_list:", "  alow_list:"))
  #expect(found.count == 1)
  #expect(found.first?.line == 16 && found.first?.column == 3)
  #expect(
    found.first?.message == "unknown key risk.alow_list; did you mean risk.allow_list?")
  #expect(
    problems("environment: demo\nenviroment: live").map(\.description) == [
      "2:1: unknown key enviroment; did you mean environment?"
    ])
  #expect(
    problems(replacing("order_lots: 7", "order_lot: 7")).first?.message
      == "unknown key risk.instruments.BTC-USDT.order_lot; "
      + "did you mean risk.instruments.BTC-USDT.order_lots?")
  // The right name in the wrong place.
  #expect(
    problems("environment: demo\nca_file: x").first?.message
      == "unknown key ca_file; did you mean okx.ca_file?")
}

@Test(arguments: [
  "NaN", ".nan", "0", "-1", "1e3", "0x10", "1.5", ".inf", "null", "~", "\"\"", "[1]", "{a: 1}",
  "9223372036854775808", "yes",
])
func limitsThatAreNoPositiveIntegersRefuse(_ text: String) {
  let found = problems(replacing("position_lots: 300", "position_lots: \(text)"))
  #expect(found.count == 1, "\(text)")
  #expect(found.first?.message.hasPrefix("risk.defaults.position_lots: expected integer") == true)
  #expect(found.first?.line == 21)
}

@Test(arguments: [
  "0 USDT", "-5 USDT", "NaN USDT", "100", "USDT", "1e3 USDT", "100 usdt", "1,5 USDT",
])
func notionalsThatAreNoneRefuse(_ text: String) {
  #expect(problems(replacing("2500.50 USDT", "\"\(text)\"")).count == 1, "\(text)")
}

@Test(arguments: [
  "order_lots: 100", "order_notional: 2500.50 USDT", "position_lots: 300", "open_orders: 4",
  "price_collar_basis_points: 50", "book_age_milliseconds: 65000",
])
func aMissingLimitRefuses(_ line: String) {
  let name = line.prefix { $0 != ":" }
  // Where the instrument has its own, the default is not missed.
  let yaml = replacing("    \(line)\n", "").replacingOccurrences(of: "order_lots: 7", with: "")
  let found = problems(yaml.replacingOccurrences(of: "BTC-USDT: {}", with: "{}"))
  #expect(found.contains { $0.message.hasPrefix("risk.defaults.\(name): missing") }, "\(found)")
}

@Test func aMissingDeskLimitRefuses() {
  #expect(
    problems(replacing("open_orders: 20, ", "")).map(\.message) == [
      "risk.desk.open_orders: missing; without a limit nothing may be traded"
    ])
}

@Test func theEnvironmentIsMandatory() {
  let found = problems(replacing("environment: simulated\n", ""))
  #expect(found.contains { $0.message.hasPrefix("environment: missing") })
  #expect(!problems(replacing("simulated", "production")).isEmpty)
}

@Test func theInstrumentsFileStandsForRest() {
  let rest = "    rest: https://[::1]:9443\n"
  #expect(problems(replacing(rest, "")).count == 1)
  let file = "  instruments_file: /tmp/i.json\n  instruments: ["
  #expect(problems(replacing("  instruments: [", file)).count == 1)
  let both = replacing(rest, "").replacingOccurrences(of: "  instruments: [", with: file)
  #expect(problems(both) == [])
}

@Test func otherRulesBetweenKeys() {
  #expect(problems(replacing("[books-l2-tbt, trades]", "[books-l2-tbt, books]")).count == 1)
  #expect(problems(replacing("[books-l2-tbt, trades]", "[trades]")).count == 1)
  #expect(problems(replacing("[books-l2-tbt, trades]", "[tickers, books]")).count == 1)
  #expect(problems(replacing("allow_list: [BTC-USDT]", "allow_list: [DOGE-USDT]")).count == 1)
  #expect(problems(replacing("[BTC-USDT, ETH-USDT-SWAP]", "[BTC-USDT, BTC-USDT]")).count == 1)
  #expect(problems(replacing("    secret_variable: OKX_SECRET\n", "")).count == 1)
  #expect(
    problems(replacing("secret_variable: OKX", "secret_file: /x\n    secret_variable: OKX"))
      .count == 1)
  #expect(problems(validYAML + "\ncpus: {hot: [1, 2], housekeeping: [2]}").count == 1)
  #expect(problems(validYAML + "\nlimits: {market_ring_bytes: 100000}").count == 1)
  #expect(problems(validYAML + "\nnetwork: {proxy: \"https://proxy:1\"}").count == 1)
  #expect(problems(validYAML + "\nnetwork: {proxy: \"http://proxy:3128\"}") == [])
}

@Test func brokenYAMLIsToldWithItsPlace() {
  #expect(problems("environment: [demo").first?.line ?? 0 > 0)
  #expect(problems("environment: demo\nenvironment: live").first?.message.contains("twice") == true)
  #expect(problems("- environment").first?.message == "expected keys and values")
  #expect(problems("okx: 5").first?.message == "okx: expected keys and values")
}

@Test func allProblemsAreToldAtOnce() {
  let yaml = replacing("order_lots: 100", "order_lots: 0")
    .replacingOccurrences(of: "level: debug", with: "level: loud")
  #expect(problems(yaml).count == 2)
}

@Test func proxiesAreOfTwoKindsAndHoldNoPassword() {
  func proxy(_ text: String, more: String = "") -> [String] {
    problems(validYAML + "\nnetwork: {proxy: \"\(text)\"\(more)}\n").map { "\($0)" }
  }
  let file = ", proxy_password_file: /tmp/p"
  for text in ["http://proxy:3128", "socks5h://proxy:1080/", "socks5h://[::1]:1080"] {
    #expect(proxy(text).isEmpty, "\(text)")
  }
  #expect(proxy("socks5h://desk@proxy:1080", more: file).isEmpty)
  #expect(proxy("http://desk@proxy:3128", more: file).isEmpty)
  for text in ["socks5://proxy:1080", "socks4a://proxy:1080", "socks://proxy:1080"] {
    #expect(proxy(text).count == 1 && proxy(text)[0].contains("socks5h is SOCKS5"), "\(text)")
  }
  for text in [
    "https://proxy:3128", "http://proxy", "http://proxy:1/path", "http://p:1?q=1", "p:1",
  ] {
    #expect(proxy(text).count == 1, "\(text)")
  }
  let secret = proxy("http://desk:hunter22@proxy:3128")
  #expect(secret.count == 1 && secret[0].contains("proxy_password_file"))
  #expect(!secret[0].contains("hunter22"), "what is refused is not shown either")
  #expect(proxy("http://proxy:3128", more: file).count == 1, "a password of nobody")
  #expect(problems(validYAML + "\nnetwork: {proxy_password_file: /tmp/p}\n").count == 1)
}

@Test func cancelsByRESTNeedREST() {
  let yaml = replacing("okx:\n", "okx:\n  order_fallback: cancels\n")
  let found = problems(yaml)
  #expect(yaml != validYAML && found.isEmpty == yaml.contains("rest:"), "\(found)")
  #expect(problems(replacing("okx:\n", "okx:\n  order_fallback: orders\n")).count == 1)
  #expect(problems(replacing("okx:\n", "okx:\n  order_fallback: closes\n")).count == found.count)
  let early = replacing("okx:\n", "okx:\n  order_fallback_seconds: 3\n")
  #expect(problems(early).count == 1, "the Sender's own cancels come first")
}

@Test func whatSpotOrdersArePaidInIsACurrency() throws {
  func with(_ value: String) -> String {
    replacing("okx:\n", "okx:\n  trade_quote_currency: \(value)\n")
  }
  #expect(try Configuration.parse(with("USDC")).okx.tradeQuote == Symbol("USDC"))
  #expect(try Configuration.parse(validYAML).okx.tradeQuote == nil)
  for odd in ["US-D", "'\"'", "'U D'", String(repeating: "U", count: 33)] {
    let found = problems(with(odd))
    #expect(found.count == 1 && "\(found[0])".contains("trade_quote_currency"), "\(odd) \(found)")
  }
}

@Test func overridesReplaceTheFile() throws {
  let configuration = try Configuration.parse(
    validYAML, overrides: ["state_dir": "/x", "topology": "fused"])
  #expect(configuration.stateDirectory == "/x" && configuration.topology == .fused)
  #expect(problems(validYAML, overrides: ["topology": "round"]).count == 1)
}

@Test func aConfigurationRoundTripsThroughItsYAML() throws {
  var configuration = try Configuration.parse(validYAML)
  configuration.cpus.hot = [1, 3]
  configuration.network.proxy = "http://proxy:3128"
  configuration.okx.credentials.passphraseFile = "/tmp/with \"quotes\" \\ and: colon #1"
  configuration.risk.instruments["ETH-USDT-SWAP"] = Configuration.InstrumentRisk()
  configuration.risk.instruments["ETH-USDT-SWAP"]?.orderNotional = Notional("1 USD")
  configuration.log.levels["Console"] = .trace
  let again = try Configuration.parse(configuration.yaml)
  #expect(again == configuration)
  #expect(again.yaml == configuration.yaml)
  // Every key that can be written can be read: nothing in the schema is write-only.
  for key in ConfigurationSchema.keys where key.defaultText != nil {
    let last = key.path.last ?? ""
    #expect(configuration.yaml.contains("\(last):"), "\(key.name)")
  }
}

@Test func theHashFollowsTheEffectiveValue() throws {
  let configuration = try Configuration.parse(validYAML)
  #expect(configuration.hash.count == 32 && configuration.hashText.count == 64)
  // A default written out and another order of keys change nothing.
  let same = try Configuration.parse("region: global\n" + validYAML + "\ntopology: split\n")
  #expect(same.hash == configuration.hash)
  let other = try Configuration.parse(replacing("order_lots: 7", "order_lots: 8"))
  #expect(other.hash != configuration.hash)
}

@Test func everyKeyIsExplained() throws {
  let all = try ConfigurationSchema.explain().get()
  for key in ConfigurationSchema.keys {
    #expect(all.contains(key.name + "\n"))
    #expect(key.meaning.hasSuffix(".") || key.meaning.hasSuffix("…"), "\(key.name)")
    #expect(!key.unit.isEmpty || !key.typeName.contains("integer"), "\(key.name) has no unit")
  }
  #expect(Set(ConfigurationSchema.keys.map(\.name)).count == ConfigurationSchema.keys.count)
  let one = try ConfigurationSchema.explain("console.port").get()
  #expect(one.contains("default 8787") && one.contains("0…65535"))
  #expect(
    try ConfigurationSchema.explain("risk.instruments.BTC-USDT.order_lots").get().contains("lots"))
  #expect(try ConfigurationSchema.explain("okx.credentials").get().contains("secret_file"))
  guard case .failure(let error) = ConfigurationSchema.explain("console.prot") else {
    Issue.record("explained a key that is not there")
    return
  }
  #expect(error.description.contains("did you mean console.port?"))
}
