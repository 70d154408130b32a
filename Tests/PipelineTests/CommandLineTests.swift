// What a command line may not say is refused before anything starts, with the reason and status 64.
import Foundation
import Testing

@Suite struct CommandLines {
  @Test(arguments: [
    (["demo", "--headless", "--seconds", "nan"], "--seconds"),
    (["demo", "--headless", "--seconds=-1"], "--seconds"),
    (["demo", "--headless", "--seconds", "1e300"], "--seconds"),
    (["demo", "--headless", "--transport", "carrier-pigeon"], "--transport"),
    (["demo", "--headless", "--topology", "round"], "--topology"),
    (["demo", "--headless", "--speed", "warp"], "--speed"),
    (["demo", "--headless", "--port", "99999"], "--port"),
    (["demo", "--headless", "--rate", "0"], "--rate"),
    (["demo", "--headless", "--generate", "0"], "--generate"),
    (["exchange", "--port", "70000"], "--port"),
    (["exchange", "--rate", "0"], "--rate"),
    (["exchange", "--generate", "100000"], "--generate"),
    (
      ["record", "--channels", "books", "--out", "/nowhere/x.raw", "--seconds", "1e30"], "--seconds"
    ),
    (["inject", "--instrument", "BTC-USDT", "--target", "1", "--ttl", "soon"], "--ttl"),
  ])
  func refuses(_ arguments: [String], _ named: String) throws {
    let (status, _, errors) = try run(arguments)
    #expect(status == 64)
    #expect(errors.contains(named), "\(errors)")
  }

  /// Files that cannot be read are named, with no word of ours about types.
  @Test(arguments: [
    ["exchange", "--recording", "/nowhere/r.raw"], ["exchange", "--faults", "/nowhere/f"],
    ["exchange", "--instruments", "/nowhere/i.json"], ["journal", "cat", "/nowhere/j"],
    ["config", "check", "--config", "/nowhere/c.yaml"],
  ])
  func namesTheFile(_ arguments: [String]) throws {
    let (status, _, errors) = try run(arguments)
    #expect(status != 0 && status < 128)
    #expect(errors.contains("/nowhere/"), "\(errors)")
    #expect(!errors.contains("options("), "\(errors)")
  }

  private func run(_ arguments: [String]) throws -> (Int32, String, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try Demo.binary())
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let told = errors.fileHandleForReading.readDataToEndOfFile()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self),
      String(decoding: told, as: UTF8.self)
    )
  }
}
