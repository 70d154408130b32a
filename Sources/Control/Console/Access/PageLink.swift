// The files that tell people and the CLI where the page is: `link` and `console`, both 0600; control plane.
import Foundation
import Operations

public enum PageLink {
  /// The address alone, for `llmtrading link`.
  public static func addressFile(_ directory: StateDirectory) -> String {
    directory.path + "/console"
  }

  /// Where the page is, for a person at this machine.
  static func address(port: Int) -> String { "http://127.0.0.1:\(port)/" }

  static func write(_ link: String, to directory: StateDirectory) throws {
    try replace(directory.linkFile, link + "\n")
  }

  static func writeAddress(port: Int, to directory: StateDirectory) throws {
    try replace(addressFile(directory), address(port: port) + "\n")
  }

  /// Nobody else can read it at any moment, and readers find it whole.
  private static func replace(_ path: String, _ text: String) throws {
    let fresh = path + ".new"
    try? FileManager.default.removeItem(atPath: fresh)
    let isMade = FileManager.default.createFile(
      atPath: fresh, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    if !isMade { throw CocoaError(.fileWriteUnknown) }
    if unsafe rename(fresh, path) != 0 { throw CocoaError(.fileWriteUnknown) }
  }
}
