// swift-tools-version: 6.2
// libFuzzer targets over the hot products only; Tests/Fuzz/run.sh builds and runs them.
// Build with LLMTRADING_HOT_ONLY=1 and --sanitize fuzzer: a plain build has no main to link.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
  .unsafeFlags(["-parse-as-library"]),
]

func fuzzer(_ name: String, _ products: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzSupport"] + products.map { .product(name: $0, package: "project") },
    swiftSettings: settings)
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "project", path: "../..")],
  targets: [
    .target(name: "FuzzSupport", swiftSettings: settings),
    fuzzer("FuzzPlanted", []),
    fuzzer("FuzzPrivate", ["OKX", "Quantities", "Wire"]),
    fuzzer("FuzzPublic", ["OKX", "Quantities", "Wire"]),
    fuzzer("FuzzUpgrade", ["Wire"]),
    fuzzer("FuzzWebSocket", ["Wire"]),
  ]
)
