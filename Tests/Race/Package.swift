// swift-tools-version: 6.2
// The channel and state tests under ThreadSanitizer, and a ring that it must catch; Tests/Race/run.sh builds and runs them.
// Build with LLMTRADING_HOT_ONLY=1 and --sanitize=thread, release only: the debug build misses the broken ring.
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
]
let hot: [Target.Dependency] = [
  .product(name: "Quantities", package: "project"), .product(name: "Channels", package: "project"),
  .product(name: "MappedFile", package: "project"),
]

let package = Package(
  name: "race",
  dependencies: [.package(name: "project", path: "../..")],
  targets: [
    .executableTarget(name: "RingCopy", swiftSettings: settings),
    // The same files as the product's own suites, by symbolic links.
    .testTarget(name: "ChannelsTests", dependencies: hot, swiftSettings: settings),
    .testTarget(
      name: "StateTests", dependencies: hot + [.product(name: "State", package: "project")],
      swiftSettings: settings),
  ]
)
