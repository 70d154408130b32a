// `llmtrading link`: a fresh one-time link to the page, for whoever may read the state folder.
import ArgumentParser
import Console
import Foundation
import Operations

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Print a link that signs a browser in once.",
    discussion: """
      It works once, within 60 s from the page's first request. What the browser may do is what the link
      says: view, edit_prompts, risk (signals, pause, resume, cancel, flatten); view is always among them.
      """)

  @Option(help: "State folder of the console.")
  var stateDir: String?

  @Option(help: "What the link allows: view, edit_prompts, risk, separated by commas.")
  var rights = ConsoleRights.all.words.joined(separator: ",")
  @Option(help: "Who it is for; goes on record with what he does.")
  var person: String?

  func run() async throws {
    let directory = try StateDirectory(stateDir ?? Configuration().stateDirectory)
    guard let rights = ConsoleRights(words: rights.split(separator: ",").map(String.init)) else {
      throw ValidationError("--rights takes \(ConsoleRights.words.joined(separator: ", "))")
    }
    print(
      try await PageLink.ask(directory, rights: rights, person: person ?? NSUserName()))
  }
}
