// Asking a running console for another link, with the token that only the state folder's owner can read; control plane.
import AsyncHTTPClient
import Foundation
import NIOCore
import Operations

extension PageLink {
  /// Why no link could be had, and what to do.
  public struct Refusal: Error, CustomStringConvertible {
    public var description: String
  }

  private static let replyBytesMax = 4_096

  /// `rights` nil: all. `person` goes on record with what the link's holder does.
  public static func ask(
    _ directory: StateDirectory, rights: ConsoleRights? = nil, person: String? = nil
  ) async throws -> String {
    let file = addressFile(directory)
    guard let held = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw Refusal(
        description: "no console has run on \(directory.path): start it with `llmtrading console`, "
          + "or name its folder with --state-dir")
    }
    let address = held.trimmingCharacters(in: .whitespacesAndNewlines)
    var request = HTTPClientRequest(url: address + "api/link")
    request.method = .POST
    request.headers.add(name: "Authorization", value: "Bearer \(try directory.token())")
    request.headers.add(name: "Content-Type", value: "application/json")
    let asked = try JSONEncoder().encode(LinkRequest(rights: rights?.words, person: person))
    request.body = .bytes(ByteBuffer(bytes: asked))
    let response: HTTPClientResponse
    do {
      response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
    } catch {
      throw Refusal(
        description: "nobody answers at \(address): start the console with `llmtrading console`")
    }
    let body = try await response.body.collect(upTo: replyBytesMax)
    guard response.status == .ok,
      let reply = try? JSONDecoder().decode(LinkReply.self, from: Data(body.readableBytesView))
    else {
      throw Refusal(description: "\(address) answered \(response.status.code): is it this console?")
    }
    return reply.link
  }
}
