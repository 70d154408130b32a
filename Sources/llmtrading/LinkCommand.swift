// `llmtrading link`: a fresh one-time link to the page, for whoever may read the state folder.
import ArgumentParser
import Console
import Foundation
import Operations

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Print a link that signs a browser in once.",
    discussion: "It works once, within 60 s from the page's first request.")

  @Option(help: "State folder of the console.")
  var stateDir: String?

  func run() async throws {
    let directory = try StateDirectory(stateDir ?? Configuration().stateDirectory)
    print(try await PageLink.ask(directory))
  }
}
