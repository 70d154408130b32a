// Where a configuration lets the desk connect to: the regions' hosts, and what may not stand for them.

import Foundation
import Operations
import Quantities
import Testing

@Test func environmentAndRegionChooseTheHosts() throws {
  var configuration = Configuration()
  configuration.environment = .live
  #expect(configuration.endpoints.publicURL == "wss://ws.okx.com/ws/v5/public")
  #expect(configuration.endpoints.restURL == "https://www.okx.com")
  #expect(!configuration.endpoints.needsDemoHeader)
  configuration.environment = .demo
  configuration.region = .eea
  #expect(configuration.endpoints.privateURL == "wss://wseeapap.okx.com/ws/v5/private")
  #expect(configuration.endpoints.needsDemoHeader)
  configuration.region = .us
  #expect(configuration.endpoints.businessURL == "wss://wsuspap.okx.com/ws/v5/business")
  configuration.environment = .simulated
  #expect(configuration.endpoints.businessURL == nil && configuration.endpoints.publicURL == nil)
}

@Test func liveRefusesWhatCouldRedirectIt() {
  let live = """
    environment: live
    okx:
      instruments: [BTC-USDT]
    """
  #expect(problems(live, live: true) == [])
  #expect(
    problems(live).map(\.message) == ["environment: live also needs --live on the command line"])
  #expect(
    problems(live + "\n  ca_file: /tmp/x", live: true).map(\.message) == [
      "okx.ca_file: refused in live"
    ])
  for endpoint in ["public: wss://ws.okx.com/ws/v5/public", "rest: http://localhost:1"] {
    let found = problems(live + "\n  endpoints: {\(endpoint)}", live: true)
    #expect(found.map(\.message) == ["okx.endpoints: refused in live"])
  }
  let instruments = problems(live + "\n  instruments_file: /tmp/x", live: true)
  #expect(instruments.map(\.message) == ["okx.instruments_file: in simulated only"])
  #expect(!problems(live + "\nstrategy: {kind: reflex}", live: true).isEmpty)
}

/// OKX's WebSocket port 8443 stopped answering on 2026-10-31.
@Test(arguments: [TradingEnvironment.demo, .live], Region.allCases)
func theClosedPortIsNeitherBuiltInNorAccepted(environment: TradingEnvironment, region: Region) {
  var configuration = Configuration()
  configuration.environment = environment
  configuration.region = region
  let built = configuration.endpoints
  for url in [built.publicURL, built.privateURL, built.businessURL, built.restURL] {
    #expect(url?.contains(".okx.com/") == true || url?.hasSuffix(".okx.com") == true)
    #expect(url.flatMap { URLComponents(string: $0) }?.port == nil)
  }
  func closed(_ url: String) -> [String] {
    problems(
      """
      environment: \(environment.rawValue)
      region: \(region.rawValue)
      okx:
        instruments: [BTC-USDT]
        endpoints: {public: "\(url)"}
      """, live: true
    ).map(\.message).filter { $0.contains("8443") }
  }
  for host in ["WS.okx.com", "wspap.okx.com.", "okx.com"] {
    #expect(
      closed("wss://\(host):8443/ws/v5/public") == [
        """
        okx.endpoints.public: OKX's port 8443 stopped answering on 2026-10-31; write it without a \
        port: wss://\(host)/ws/v5/public
        """
      ])
    #expect(closed("wss://\(host):443/ws/v5/public") == [])
  }
  #expect(closed("wss://exchange.example:8443/ws/v5/public") == [])
}

@Test func plainTextIsForLoopbackOnly() {
  let key = "wss://localhost:9443/ws/v5/public"
  for url in ["ws://127.0.0.1:1/x", "ws://localhost:1/x", "ws://[::1]:1/x", "ws://127.9.9.9/x"] {
    #expect(problems(replacing(key, url)) == [], "\(url)")
  }
  for url in [
    "ws://10.0.0.1/x", "ws://127.0.0.1.example.com/x", "ws://localhost.example.com/x",
    "http://localhost/x", "localhost:1", "wss://user:pass@localhost/x", "wss://ws.okx.com:8443/x",
    "ws://0127.0.0.1.2/x",
  ] {
    #expect(problems(replacing(key, url)).count == 1, "\(url)")
  }
}
