// One request at the core's Door and what the exit status says of it; control plane.
import ArgumentParser
import Door
import Foundation
import Operations

/// The status of `inject`, `stop`, `rearm`, `cancel`, `flatten` and `limits` (docs/OPERATIONS.md).
enum DoorKnock {
  /// Taken is 0, refused is `DoorRefusal`'s 1, a wrong command 64.
  static let unreached = ExitCode(69)
  static let unknown = ExitCode(75)

  /// Who asks; where this machine has no name for the user, its number.
  static var person: String {
    let name = NSUserName()
    return name.isEmpty ? "uid:\(geteuid())" : name
  }

  /// The core's yes; anything else ends the command.
  static func ask(_ request: DoorRequest, stateDir: String?) throws -> DoorReply {
    let directory = try StateDirectory(stateDir ?? Configuration().stateDirectory)
    switch DoorClient.ask(request, path: directory.doorSocket) {
    case .answered(let reply) where reply.isDone: return reply
    case .answered(let reply): throw DoorRefusal(reply)
    case .unreached(let error): throw end("\(error)", unreached)
    case .unknown(let error):
      throw end(
        "\(error). It may have taken the request: look at the desk before you repeat it", unknown)
    case .crowded: throw end("too many requests wait at the door", unreached)
    }
  }

  private static func end(_ sentence: String, _ code: ExitCode) -> ExitCode {
    try? FileHandle.standardError.write(contentsOf: Data("Error: \(sentence)\n".utf8))
    return code
  }
}
