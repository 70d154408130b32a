// A name whose IPv6 address swallows what is sent to it, beside a good IPv4 one, in a network namespace.
import Foundation
import Testing

private enum Namespace {
  /// Root that may unshare its network and mounts, and the program `ip`.
  static let isPossible: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["unshare", "-n", "-m", "ip", "link", "set", "lo", "up"]
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}

@Suite(
  .enabled(if: Namespace.isPossible, "needs root with unshare -n -m, and the program ip"))
struct BlackHoleTests {
  /// A dial that waits its turn behind the dead address takes 5 s; one attempt's delay is 250 ms.
  @Test func aDeadAddressCostsOneDelayAndTheNextDialNone() throws {
    let peers = try Peers.shared()
    let program = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("dial-probe")
    try #require(FileManager.default.isExecutableFile(atPath: program.path), "\(program.path)")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "unshare", "-n", "-m", Peers.python.path, Peers.support("black-hole.py"),
      peers.file("good.pem"), peers.file("good.key"), program.path, peers.file("trusted.pem"),
    ]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    try #require(lines.count == 6, "\(text)")
    for line in lines.prefix(3) { #expect(line[0].hasPrefix("127.0.0.1:"), "\(text)") }
    let dials = try lines.prefix(3).map { try #require(Int($0[1])) }
    #expect(dials[0] >= 240, "the dead one was tried first: \(text)")
    #expect(dials[0] < 2_500, "\(text)")
    // No bound in milliseconds holds on every machine: what is remembered is quicker than a delay.
    #expect(min(dials[1], dials[2]) < 240, "the good one is tried first: \(text)")
    let notes = lines.prefix(3).map { $0.dropFirst(2).joined(separator: " ") }
    #expect(notes[0] == "[]" && notes[1] == "[]", "\(text)")
    #expect(notes[2].contains("addresses of before"), "with the name gone: \(text)")
    for line in lines.dropFirst(3) {
      #expect(line[0] == "rest" && (Int(line[1]) ?? .max) < 2_500, "\(text)")
    }
  }
}
