// swift-tools-version: 6.2
// One SwiftPM target per module. Arrows point down in the order of docs/ARCHITECTURE.md;
// Tests/GateTests holds the sources against that order.
import PackageDescription

/// One suite of tests, by its name (`BookTests`): the others are neither compiled nor linked. Nil: all.
let onlySuite = Context.environment["LLMTRADING_SUITE"]
/// Sanitizer and fuzz builds hold the hot targets alone: no packages, no jemalloc.
let hotOnly = Context.environment["LLMTRADING_HOT_ONLY"] == "1"

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableExperimentalFeature("Lifetimes"),
]
/// `@_noLocks` is proved over a whole optimised module: a debug build that compiles file by file cannot.
let wholeModule: SwiftSetting = .unsafeFlags(
  ["-O", "-whole-module-optimization", "-num-threads", "2"], .when(configuration: .debug))
let hotSettings: [SwiftSetting] =
  strict + [wholeModule] + (hotOnly ? [.define("HOT_ONLY")] : [])

func hot(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Hot/\(name)", swiftSettings: hotSettings)
}
func seam(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Seam/\(name)", swiftSettings: hotSettings
  )
}
func control(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [])
  -> Target
{
  .target(
    name: name, dependencies: dependencies, path: "Sources/Control/\(name)", resources: resources,
    swiftSettings: strict)
}
func simulation(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Simulation/\(name)",
    swiftSettings: strict)
}
/// What several test targets share.
func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: strict)
}
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    exclude: exclude, swiftSettings: strict)
}

let shims: [Target] = [
  .target(name: "CKernel", path: "CShims/CKernel"),
  .systemLibrary(
    name: "CLibURing", path: "CShims/CLibURing", pkgConfig: "liburing",
    providers: [.apt(["liburing-dev"])]),
  .target(name: "CUring", dependencies: ["CLibURing"], path: "CShims/CUring"),
  .target(name: "CDialing", path: "CShims/CDialing"),
  .systemLibrary(
    name: "CLibSSL", path: "CShims/CLibSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]
  ),
  .target(name: "COpenSSL", dependencies: ["CLibSSL"], path: "CShims/COpenSSL"),
]

let hotTargets: [Target] = [
  hot("Quantities", []),
  hot("Channels", ["Quantities", "CKernel"]),
  hot("Wire", ["Quantities", "COpenSSL"]),
  hot("OKX", ["Quantities", "Wire"]),
  hot("Book", ["Quantities"]),
  hot("Strategy", ["Quantities", "Book"]),
  hot("Risk", ["Quantities"]),
  hot("Orders", ["Quantities", "Risk"]),
  hot("Transport", ["Quantities", "Channels", "Wire", "CUring", "COpenSSL"]),
  seam("MappedFile", ["Channels", "CKernel"]),
  seam("State", ["Quantities", "Channels", "MappedFile", "CKernel"]),
  seam("Journal", ["Quantities", "Channels", "MappedFile", "CKernel"]),
  seam("Door", ["Quantities", "CKernel"]),
  hot(
    "Pipeline",
    [
      "Quantities", "Channels", "Wire", "OKX", "Book", "Strategy", "Risk", "Orders", "Transport",
      "State", "Journal", "CKernel",
    ] + (hotOnly ? [] : ["CJemalloc"])),
]

let hotTests: [Target] = [
  tests("Quantities", ["Quantities"]),
  tests("Channels", ["Quantities", "Channels", "MappedFile", "CKernel"]),
  tests("Wire", ["Quantities", "Wire"]),
  .target(
    name: "Fixtures", path: "Tests/Support/Fixtures",
    exclude: ["Made", "Conform", "make-fixtures.py"],
    swiftSettings: strict),
  tests("OKX", ["Quantities", "Wire", "OKX", "Fixtures"]),
  tests("Book", ["Quantities", "Book", "Fixtures"]),
  tests("Strategy", ["Quantities", "Book", "Strategy"]),
  tests("Risk", ["Quantities", "Risk"]),
  tests("Orders", ["Quantities", "Risk", "Orders"]),
  .target(
    name: "CAllocationCounter", dependencies: ["CLibSSL"], path: "Tests/Support/CAllocationCounter"),
  tests("State", ["Quantities", "Channels", "State"]),
  tests("Journal", ["Quantities", "Channels", "MappedFile", "Journal"]),
  tests("Door", ["Quantities", "Door"]),
]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOHTTP1", package: "swift-nio"),
  .product(name: "NIOWebSocket", package: "swift-nio"),
  .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let httpClient: [Target.Dependency] = [
  .product(name: "AsyncHTTPClient", package: "async-http-client"),
  .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
]

let controlTargets: [Target] = [
  .systemLibrary(
    name: "CLibJemalloc", path: "CShims/CLibJemalloc", pkgConfig: "jemalloc",
    providers: [.apt(["libjemalloc-dev"])]),
  .target(name: "CJemalloc", dependencies: ["CLibJemalloc"], path: "CShims/CJemalloc"),
  control("JSON", [crypto]),
  control("ExchangeCalendar", []),
  control("Dialing", ["Quantities", "Wire", "Transport", "CUring", "CDialing", "COpenSSL"]),
  control(
    "Operations",
    [
      "Quantities", "Channels", "OKX", "Door", "CKernel", "ExchangeCalendar", log, crypto,
      .product(name: "Yams", package: "Yams"),
    ]),
  control(
    "Account",
    [
      "Quantities", "Channels", "OKX", "Orders", log,
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOFoundationCompat", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ]),
  control(
    "Conformance",
    [
      "Quantities", "Wire", "OKX", "Transport", "JSON", "ExchangeCalendar", "Dialing", "Account",
    ]),
  control(
    "Core",
    [
      "Quantities", "Channels", "Wire", "OKX", "Book", "Strategy", "Risk", "Orders", "Transport",
      "MappedFile", "State", "Journal", "Door", "Pipeline", "CKernel", "Dialing", "Operations",
      "Account", log,
    ]),
  control(
    "Ledger",
    [
      "Quantities", "Channels", "Journal", "CKernel", "Operations", log, crypto,
      .product(name: "GRDB", package: "GRDB.swift"),
    ]),
  control(
    "Roles",
    [
      "JSON", "Quantities", "Operations", "Ledger", .product(name: "Yams", package: "Yams"),
    ],
    resources: [.embedInCode("Shipped")]),
  control(
    "News",
    ["JSON", "Quantities", "Channels", "Operations", "Account", "Ledger", "Roles", log] + httpClient
  ),
  control(
    "Models",
    [
      "JSON", "Quantities", "Channels", "Operations", "Account", "Ledger", "Roles", "News", log,
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ] + httpClient),
  control(
    "Prompts",
    [
      "JSON", "Quantities", "Channels", "Operations", "Ledger", "Roles", "News", log,
      .product(name: "Yams", package: "Yams"),
    ]),
  control(
    "Agents",
    [
      "JSON", "Quantities", "Channels", "State", "Journal", "Door", "Operations", "Ledger", "Roles",
      "News",
      "Models", "Prompts", log,
    ]),
  control(
    "Console",
    [
      "Quantities", "Channels", "State", "Journal", "Door", "Operations", "Ledger", "Roles",
      "Prompts", log, crypto,
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdCore", package: "hummingbird"),
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "NIOCore", package: "swift-nio"),
    ], resources: [.embedInCode("Page"), .embedInCode("Document/openapi.json")]),
  simulation("Market", ["Quantities"]),
  simulation("Matching", ["Quantities", "Market"]),
  simulation(
    "Exchange",
    [
      "Quantities", "ExchangeCalendar", "Market", "Matching", log, crypto,
      .product(name: "X509", package: "swift-certificates"),
      .product(name: "SwiftASN1", package: "swift-asn1"),
    ] + nio),
  .executableTarget(
    name: "llmtrading",
    dependencies: [
      "Quantities", "Channels", "Wire", "OKX", "Transport", "State", "Journal", "Door", "Pipeline",
      "CKernel", "ExchangeCalendar", "Dialing", "Operations", "Account", "Conformance", "Core",
      "Ledger",
      "Roles", "News", "Models",
      "Prompts", "Agents", "Console", "Market", "Matching", "Exchange", log, crypto,
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ], path: "Sources/llmtrading", swiftSettings: strict),
]

let controlTests: [Target] = [
  .executableTarget(
    name: "ledger-scribe", dependencies: ["Ledger"], path: "Tests/Support/LedgerScribe",
    swiftSettings: strict),
  tests(
    "Transport", ["Quantities", "Channels", "Wire", "Transport", "Dialing", "CAllocationCounter"],
    exclude: ["Support/peers.py", "Support/black-hole.py", "Support/make-certificates.sh"]),
  .executableTarget(
    name: "dial-probe", dependencies: ["Wire", "Dialing", "Account"],
    path: "Tests/Support/DialProbe", swiftSettings: strict),
  tests(
    "Dialing", ["Quantities", "Wire", "Transport", "Dialing", "Account", "dial-probe"],
    exclude: ["Support/peers.py", "Support/black-hole.py", "Support/make-certificates.sh"]),
  tests("Operations", ["Quantities", "ExchangeCalendar", "Operations", log]),
  tests("Conformance", ["ExchangeCalendar", "Conformance"]),
  tests("Account", ["Quantities", "Channels", "OKX", "Orders", "Account", "Exchange", log]),
  tests(
    "Ledger",
    ["Quantities", "Journal", "Ledger", .product(name: "GRDB", package: "GRDB.swift")]),
  support("TestFolders", []),
  support("AgentFixtures", ["JSON", "Operations", "Roles", "Models", log]),
  tests("Roles", ["JSON", "Operations", "Roles", "TestFolders", "AgentFixtures"]),
  tests("News", ["Ledger", "Roles", "News", "TestFolders", log]),
  tests(
    "Models",
    ["JSON", "Operations", "Ledger", "Roles", "Models", "TestFolders", "AgentFixtures", log]),
  tests("Prompts", ["Operations", "Ledger", "Roles", "Prompts", "TestFolders"]),
  tests(
    "Agents",
    [
      "JSON", "Quantities", "Channels", "State", "Door", "Operations", "Ledger", "Roles", "News",
      "Models",
      "Prompts", "Agents", "TestFolders", "AgentFixtures", log,
    ],
    exclude: ["Fixtures"]),
  tests("Console", ["Console", "ledger-scribe"]),
  .target(
    name: "SampleMarket", dependencies: ["Quantities", "Market"],
    path: "Tests/Support/SampleMarket", swiftSettings: strict),
  .target(
    name: "StageBench",
    dependencies: [
      "Quantities", "Channels", "OKX", "Risk", "Orders", "Transport", "State", "Journal",
      "Pipeline", "Market", "Matching",
    ], path: "Tests/Support/StageBench", swiftSettings: strict),
  tests(
    "Stage",
    [
      "Quantities", "Channels", "Strategy", "Risk", "Orders", "Journal", "Pipeline", "Account",
      "Core", "Market", "Matching", "OKX", "StageBench",
    ]),
  tests("Market", ["Quantities", "Market", "SampleMarket", "Fixtures"]),
  tests("Matching", ["Quantities", "Market", "Matching", "SampleMarket"]),
  tests("Exchange", ["Market", "Exchange", "ExchangeCalendar", "Fixtures", log, crypto]),
  tests(
    "Core",
    [
      "Quantities", "Channels", "OKX", "Orders", "Risk", "Strategy", "State", "Journal", "Door",
      "Pipeline", "Operations", "Account", "Core", "Exchange", log,
    ]),
  tests("Pipeline", ["Fixtures"]),
  tests("Supervision", []),
  tests("Gate", []),
]

let package = Package(
  name: "llmtrading",
  products: hotOnly
    ? hotTargets.map { .library(name: $0.name, targets: [$0.name]) }
    : [.executable(name: "llmtrading", targets: ["llmtrading"])]
      + hotTargets.map { .library(name: $0.name, targets: [$0.name]) },
  dependencies: hotOnly
    ? []
    : [
      .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
      .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
      .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
      .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
      .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
      .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
      .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
      .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
      .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
      .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
      .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
  targets: (shims + hotTargets + hotTests + (hotOnly ? [] : controlTargets + controlTests))
    .filter { $0.type != .test || onlySuite == nil || $0.name == onlySuite }
)
