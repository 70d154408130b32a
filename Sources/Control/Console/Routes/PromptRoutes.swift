// Routes of prompts: read, save, compare, roll back, shadow; control plane.
import Channels
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Prompts
import Quantities

enum PromptRoutes {
  /// A text of 1 MiB as a JSON string, where each byte may need six, and the fields beside it.
  static let bodyBytesMax = 6 * PromptDocument.bytesMax + 65_536

  static let all: [Route] = [
    Route(.get, "/api/prompts") { call in
      .json(
        Items(
          items: try await run(call) { library in try library.roles.map { try Card($0, library) } })
      )
    },
    Route(.get, "/api/prompts/{role}") { call in
      let role = call.parameter("role")
      return .json(
        try await run(call) { library in
          Detail(
            version: try library.live(role: role), title: try library.known(role).title,
            tags: try Card(library.known(role), library).tags)
        })
    },
    write(.post, "/api/prompts/{role}") { call in try await save(call, .edit) },
    write(.put, "/api/prompts/{role}") { call in try await save(call, .edit) },
    write(.post, "/api/prompts/{role}/import") { call in try await save(call, .import) },
    Route(.post, "/api/prompts/{role}/validate", bodyBytesMax: bodyBytesMax) { call in
      let asked = try await call.body(TextRequest.self)
      let role = call.parameter("role")
      return .json(
        try await run(call) { library in
          do {
            try library.validate(role: role, text: asked.text, format: asked.format)
            return Findings(problems: [])
          } catch let problems as PromptProblems {
            return Findings(problems: problems.items)
          }
        })
    },
    Route(.get, "/api/prompts/{role}/versions", query: ["limit", "before"]) { call in
      let role = call.parameter("role")
      let limit = Int(try call.query.integer("limit", in: 1...500) ?? 100)
      let before = try call.query.integer("before", in: 0...Int64(Int32.max)).map { Int($0) }
      return .json(
        try await run(call) { library in
          Items(
            items: try library.versions(role: role, limit: limit, before: before).map { Line($0) })
        })
    },
    Route(.get, "/api/prompts/{role}/versions/{version}") { call in
      let role = call.parameter("role")
      let number = try number(call.parameter("version"))
      return .json(
        try await run(call) { library in
          Detail(
            version: try library.version(role: role, number), title: try library.known(role).title,
            tags: [])
        })
    },
    Route(.get, "/api/prompts/{role}/diff", query: ["from", "to"]) { call in
      let role = call.parameter("role")
      guard let from = try call.query.integer("from", in: 0...Int64(Int32.max)),
        let to = try call.query.integer("to", in: 0...Int64(Int32.max))
      else { throw Problem.query("`from` and `to` are numbers of versions") }
      return .json(
        try await run(call) { library in
          Difference(
            from: Int(from), to: Int(to),
            diff: try library.diff(role: role, from: Int(from), to: Int(to)))
        })
    },
    write(.post, "/api/prompts/{role}/rollback", Route.bodyBytesStandard) { call in
      let asked = try await call.body(VersionRequest.self)
      let role = call.parameter("role")
      let person = call.caller?.person ?? ""
      let made = try await run(call) { library in
        try library.rollBack(
          role: role, to: asked.version, author: person, note: asked.note ?? "",
          expected: asked.expectedVersion)
      }
      told(call, "a prompt was rolled back", made)
      return .json(Saved(version: made, isLive: true))
    },
    Route(.get, "/api/prompts/{role}/shadow") { call in
      let role = call.parameter("role")
      return .json(
        try await run(call) { library in
          _ = try library.known(role)
          guard let found = try library.store.shadow(role: role) else {
            throw Problem.unknown("no shadow of this role was started")
          }
          return Shadow(figures: found)
        })
    },
    write(.post, "/api/prompts/{role}/shadow", Route.bodyBytesStandard) { call in
      let asked = try await call.body(VersionRequest.self)
      let role = call.parameter("role")
      let person = call.caller?.person ?? ""
      return .json(
        try await run(call) { library in
          _ = try library.known(role)
          return Shadow(
            figures: try library.store.startShadow(
              role: role, candidate: asked.version,
              runsMin: asked.runs ?? Int(library.settings.shadowRuns),
              sharePermille: asked.sharePermille ?? Int(library.settings.shadowSharePermille),
              person: person, at: now()))
        }, status: .created)
    },
    write(.post, "/api/prompts/{role}/promote", Route.bodyBytesStandard) { call in
      let asked = try await call.body(VersionRequest.self)
      let role = call.parameter("role")
      let person = call.caller?.person ?? ""
      let figures = try await run(call) { library in
        try library.store.promote(role: role, candidate: asked.version, person: person, at: now())
      }
      call.services.log.notice(
        "a prompt was promoted",
        metadata: ["role": "\(role)", "version": "\(asked.version)", "person": "\(person)"])
      return .json(Shadow(figures: figures))
    },
    Route(.get, "/api/prompts/{role}/export", query: ["version", "format"]) { call in
      let role = call.parameter("role")
      let number = try call.query.integer("version", in: 0...Int64(Int32.max)).map { Int($0) }
      let format = try call.query.word("format", of: PromptFormat.allCases.map(\.rawValue))
        .flatMap(PromptFormat.init)
      let file = try await run(call) { library in
        let found =
          try number.map { try library.version(role: role, $0) } ?? library.live(role: role)
        return try Exported(found, as: format ?? found.format)
      }
      return .text(
        file.text, type: file.format == .json ? "application/json" : "application/yaml",
        headers: [
          .contentDisposition:
            "attachment; filename=\"\(role)-v\(file.version).\(file.format.rawValue)\""
        ])
    },
  ]

  private static func write(
    _ method: HTTPRequest.Method, _ pattern: String, _ bytesMax: Int = bodyBytesMax,
    _ handler: @escaping Route.Handler
  ) -> Route {
    Route(
      method, pattern, .right(.editPrompts), bodyBytesMax: bytesMax, handler: handler)
  }

  private static func save(_ call: Call, _ origin: PromptOrigin) async throws -> Response {
    let asked = try await call.body(TextRequest.self)
    let role = call.parameter("role")
    let person = call.caller?.person ?? ""
    let (made, isLive) = try await run(call) { library in
      _ = try library.known(role)
      return try library.save(
        PromptDraft(
          role: role, text: asked.text, format: asked.format, author: person,
          note: asked.note ?? "", origin: origin, expectedVersion: asked.expectedVersion))
    }
    told(call, "a prompt was saved", made)
    return .json(Saved(version: made, isLive: isLive), status: .created)
  }

  private static func told(_ call: Call, _ what: String, _ made: PromptVersion) {
    call.services.log.notice(
      "\(what)",
      metadata: [
        "role": "\(made.role)", "version": "\(made.version)", "person": "\(made.author)",
      ])
  }

  private static func number(_ text: String) throws -> Int {
    guard let value = Int(text), value >= 0, value <= Int32.max, String(value) == text else {
      throw Problem.unknown("a version is a whole number")
    }
    return value
  }

  private static func now() -> Int64 { WallMilliseconds.now().milliseconds }

  private static func run<Value: Sendable>(
    _ call: Call, _ body: @escaping @Sendable (PromptLibrary) throws -> Value
  ) async throws -> Value {
    let settings = call.services.prompts
    let roles = call.services.team.roles.map { PromptRole($0) }
    return try await call.services.ledger.call { ledger in
      do {
        return try body(PromptLibrary(ledger.prompts, roles: roles, settings: settings))
      } catch let refusal as PromptRefusal {
        throw Problem.prompt(refusal)
      } catch let problems as PromptProblems {
        throw Problem.prompt(problems)
      }
    }
  }
}

extension Problem {
  static func prompt(_ refusal: PromptRefusal) -> Problem {
    let status: HTTPResponse.Status =
      switch refusal {
      case .conflict, .identical, .noShadow, .shadowIncomplete: .conflict
      case .unknownVersion, .unknownRole: .notFound
      case .tooLarge: .contentTooLarge
      case .invalid: .badRequest
      }
    return Problem(status, refusal.code, refusal.description)
  }

  static func prompt(_ problems: PromptProblems) -> Problem {
    Problem(
      .unprocessableContent, "prompt_invalid",
      "The prompt was not saved: \(problems.items.count) problems. Each is told with its place.",
      errors: problems.items.map {
        Place(line: $0.line, column: $0.column, message: $0.message)
      })
  }
}
