// Routes of what goes on now: health, the event stream, the API's own description; control plane.
import Foundation
import HTTPTypes
import Hummingbird

enum StatusRoutes {
  static let all: [Route] = [
    Route(.get, "/api/health", .open) { call in .json(await call.services.view.health()) },
    Route(.get, "/api/openapi.json") { _ in
      .text(Data(ConsoleDocument.bytes), type: "application/json")
    },
    Route(.get, "/api/events", query: ["instrument", "after"]) { call in
      try await call.events(.everything)
    },
  ]
}

extension Call {
  func events(_ shows: EventStream.Shows) async throws -> Response {
    try await EventStream(
      hub: services.hub, view: services.view, decisions: services.decisions, log: services.log,
      shows: shows
    ).response(
      instrument: query.text("instrument"),
      after: request.headers[HTTPField.Name("Last-Event-ID")!] ?? query.text("after"),
      channel: context.channel)
  }
}
