// swift-tools-version: 6.2
// Benchmarks over the hot products: suites of ordo-one/benchmark, and peers side by side; perf/bench.sh runs both.
// Build with LLMTRADING_HOT_ONLY=1: the root package then has no packages of its own and links no jemalloc.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
]

func hot(_ names: String...) -> [Target.Dependency] {
  names.map { .product(name: $0, package: "project") }
}

/// The plugin wants each suite in Benchmarks/NAME and writes its `main`.
func suite(_ name: String) -> Target {
  .executableTarget(
    name: "\(name)Benchmarks",
    dependencies: ["Workloads", .product(name: "Benchmark", package: "benchmark")],
    path: "Benchmarks/\(name)", swiftSettings: strict,
    plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "project", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "Workloads", dependencies: hot("Quantities", "Wire"), swiftSettings: strict),
    .executableTarget(name: "Peers", dependencies: ["Workloads"], swiftSettings: strict),
    suite("Wire"),
  ]
)
