// `llmtrading prompts`: read, save, compare and roll back prompts from the shell.
import ArgumentParser
import Foundation
import Ledger
import Operations
import Prompts
import Roles

struct PromptsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompts", abstract: "Read, save, compare and roll back the roles' prompts.",
    discussion: """
      A save is a new version; the running console's next call uses it (prompts.promotion: immediate) or
      waits for its shadow. Version 0 is the text that is shipped.
      """,
    subcommands: [
      List.self, Show.self, Save.self, Versions.self, Diff.self, Rollback.self, Export.self,
      Import.self, Validate.self,
    ])

  struct Place: ParsableArguments {
    @OptionGroup var common: CommonOptions

    func library() throws -> PromptLibrary {
      let configuration = try common.load()
      let directory = try StateDirectory(configuration.stateDirectory)
      return PromptLibrary(
        try Ledger(path: directory.ledgerFile).prompts,
        roles: try Team(folder: configuration.agents.rolesFolder).roles.map { PromptRole($0) },
        settings: configuration.prompts)
    }
  }

  struct Author: ParsableArguments {
    @Option(help: "What changed, and why; goes on record.") var note: String
    @Option(help: "The version in use that you started from; without it: whatever is in use.")
    var expected: Int?
    @Option(help: "Who saves (default: the user).") var person: String?
    var name: String { person ?? NSUserName() }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Roles and the versions in use.")
    @OptionGroup var place: Place

    func run() throws {
      let library = try place.library()
      for role in library.roles {
        let live = try library.live(role: role.id)
        print("\(role.id) v\(live.version) \(live.origin.rawValue) by \(live.author): \(live.note)")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The text of a version.")
    @OptionGroup var place: Place
    @Argument var role: String
    @Option(help: "Without it: the one in use.") var version: Int?

    func run() throws {
      let library = try place.library()
      let found =
        try version.map { try library.version(role: role, $0) } ?? library.live(role: role)
      print(found.text, terminator: found.text.hasSuffix("\n") ? "" : "\n")
    }
  }

  struct Save: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Save a file as the next version.")
    @OptionGroup var place: Place
    @OptionGroup var author: Author
    @Argument var role: String
    @Argument(help: "A .yaml or .json file.") var file: String

    func run() throws { try PromptsCommand.save(role, file, author, .edit, place) }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Save ROLE.yaml and ROLE.json of a folder as next versions, all valid or none.")
    @OptionGroup var place: Place
    @OptionGroup var author: Author
    @Argument var folder: String

    func run() throws {
      let library = try place.library()
      let files = try library.roles.flatMap { role in
        try PromptFormat.allCases.compactMap { format -> PromptDraft? in
          let path = folder + "/\(role.id).\(format.rawValue)"
          if !FileManager.default.fileExists(atPath: path) { return nil }
          let text = try PromptsCommand.text(path)
          try PromptsCommand.validate(library, role.id, text, format, path)
          return PromptDraft(
            role: role.id, text: text, format: format, author: author.name, note: author.note,
            origin: .import)
        }
      }
      if files.isEmpty { throw ValidationError("no ROLE.yaml or ROLE.json in \(folder)") }
      for draft in files {
        do {
          let (made, isLive) = try library.save(draft)
          print("\(made.role) v\(made.version) \(isLive ? "in use" : "waits for its shadow")")
        } catch let refusal as PromptRefusal {
          guard case .identical(let version) = refusal else { throw refusal }
          print("\(draft.role) v\(version) is the same; nothing was saved")
        }
      }
    }
  }

  struct Versions: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Versions of a role, newest first.")
    @OptionGroup var place: Place
    @Argument var role: String
    @Option(help: "At most this many.") var limit = 50

    func run() throws {
      let library = try place.library()
      let live = try library.live(role: role).version
      for one in try library.versions(role: role, limit: max(1, limit)) {
        let time = Date(timeIntervalSince1970: Double(one.createdAt) / 1_000)
          .formatted(.iso8601)
        print(
          "v\(one.version)\(one.version == live ? " in use" : "") \(time) \(one.origin.rawValue) "
            + "by \(one.author): \(one.note)")
      }
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What changed between two versions.")
    @OptionGroup var place: Place
    @Argument var role: String
    @Argument var from: Int
    @Argument(help: "Without it: the one in use.") var to: Int?

    func run() throws {
      let library = try place.library()
      let to = try self.to ?? library.live(role: role).version
      print(try library.diff(role: role, from: from, to: to), terminator: "")
    }
  }

  struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A new version with an earlier one's text, in use at once.")
    @OptionGroup var place: Place
    @OptionGroup var author: Author
    @Argument var role: String
    @Argument var version: Int

    func run() throws {
      let made = try place.library().rollBack(
        role: role, to: version, author: author.name, note: author.note,
        expected: author.expected)
      print("\(role) v\(made.version) has the text of v\(version), in use from the next call")
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the versions in use as ROLE.yaml or ROLE.json into a folder.")
    @OptionGroup var place: Place
    @Argument var folder: String

    func run() throws {
      let library = try place.library()
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      for role in library.roles {
        let live = try library.live(role: role.id)
        let path = folder + "/\(role.id).\(live.format.rawValue)"
        try Data(live.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        print(path)
      }
    }
  }

  struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a file; each problem with line and column. Exits with 1 where there is one.")
    @Argument var role: String
    @Argument(help: "A .yaml or .json file.") var file: String

    func run() throws {
      let text = try PromptsCommand.text(file)
      do {
        _ = try PromptDocument(parsing: text, format: PromptsCommand.format(file), role: role)
      } catch {
        for one in error.items { print("\(file):\(one.line):\(one.column): \(one.message)") }
        throw ExitCode.failure
      }
      print("\(file): valid")
    }
  }

  // ---- Pieces ----

  private static func save(
    _ role: String, _ file: String, _ author: Author, _ origin: PromptOrigin, _ place: Place
  ) throws {
    let library = try place.library()
    let text = try text(file)
    try validate(library, role, text, format(file), file)
    let (made, isLive) = try library.save(
      PromptDraft(
        role: role, text: text, format: format(file), author: author.name, note: author.note,
        origin: origin, expectedVersion: author.expected))
    print(
      "\(role) v\(made.version) "
        + (isLive ? "in use from the next call" : "waits for its shadow"))
  }

  private static func validate(
    _ library: PromptLibrary, _ role: String, _ text: String, _ format: PromptFormat, _ file: String
  ) throws {
    do { try library.validate(role: role, text: text, format: format) } catch let problems
      as PromptProblems
    {
      for one in problems.items { print("\(file):\(one.line):\(one.column): \(one.message)") }
      throw ExitCode.failure
    }
  }

  private static func format(_ file: String) -> PromptFormat {
    file.lowercased().hasSuffix(".json") ? .json : .yaml
  }

  private static func text(_ path: String) throws -> String {
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try handle.read(upToCount: PromptDocument.bytesMax + 1),
      data.count <= PromptDocument.bytesMax, let text = String(data: data, encoding: .utf8)
    else {
      throw ValidationError("\(path) cannot be read as UTF-8 text of at most 1 MiB")
    }
    return text
  }
}
