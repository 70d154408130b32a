// Replies of models on record, so that the same questions can be answered again without them; control plane.
import Foundation
import JSON
import Operations
import Roles
import Synchronization

/// One file of JSON lines: what was asked, as a hash, and what came back. No key, header or prompt is in it.
public final class ModelCassette: Sendable {
  public let mode: CassetteMode
  private struct Line: Codable {
    var request: String
    var endpoint: String
    var reply: ChatReply
  }
  private struct State {
    var replies: [String: [ChatReply]] = [:]
    var file: FileHandle?
  }
  private let state: Mutex<State>
  private let writing = BlockingCalls("cassette")

  public static let fileName = "replies.jsonl"

  /// - Parameter folder: made with mode 0700 where it is not there.
  /// - Throws: where the file cannot be opened, or in `replay` holds a line that is none.
  public init(_ mode: CassetteMode, folder: String) throws {
    self.mode = mode
    var state = State()
    let path = folder + "/" + ModelCassette.fileName
    switch mode {
    case .off: break
    case .record:
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(
          atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
      }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      _ = try file.seekToEnd()
      state.file = file
    case .replay:
      let text = try String(contentsOfFile: path, encoding: .utf8)
      for line in text.split(separator: "\n") {
        let one = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        state.replies[one.request, default: []].append(one.reply)
      }
    }
    self.state = Mutex(state)
  }

  /// The recorded reply to this body of this endpoint; each is given once, the last of them again and again.
  /// Nil: nothing was recorded for it.
  func reply(to body: JSONValue, of endpoint: ModelEndpoint) -> ChatReply? {
    let key = ModelCassette.key(body, endpoint)
    return state.withLock { state in
      guard var held = state.replies[key], let first = held.first else { return nil }
      if held.count > 1 {
        held.removeFirst()
        state.replies[key] = held
      }
      return first
    }
  }

  /// Appends and reaches the disk before it returns; throws where it cannot.
  func keep(_ reply: ChatReply, to body: JSONValue, of endpoint: ModelEndpoint) async throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let line = try encoder.encode(
      Line(request: ModelCassette.key(body, endpoint), endpoint: endpoint.name, reply: reply))
    try await writing.call {
      try self.state.withLock { state in
        try state.file?.write(contentsOf: line + Data("\n".utf8))
        try state.file?.synchronize()
      }
    }
  }

  /// SHA-256 of the endpoint's name and the canonical body: model, parameters, messages, tools.
  private static func key(_ body: JSONValue, _ endpoint: ModelEndpoint) -> String {
    Digests.sha256(endpoint.name + "\n" + body.canonical)
  }
}
