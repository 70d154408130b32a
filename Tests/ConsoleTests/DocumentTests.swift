// The API's document and the route table say the same, both ways; control plane.
import Console
import Foundation
import Testing

@Suite
struct Document {
  private let root: [String: Any]

  init() throws {
    let value = try JSONSerialization.jsonObject(with: Data(ConsoleDocument.bytes))
    root = try #require(value as? [String: Any])
  }

  private struct Operation {
    var method: String
    var path: String
    var fields: [String: Any]
  }

  private func operations() throws -> [Operation] {
    let paths = try #require(root["paths"] as? [String: [String: [String: Any]]])
    return paths.flatMap { path, methods in
      methods.map { Operation(method: $0.key.uppercased(), path: path, fields: $0.value) }
    }
  }

  private func parameters(_ operation: Operation, in place: String) -> Set<String> {
    let all = operation.fields["parameters"] as? [[String: Any]] ?? []
    return Set(all.filter { $0["in"] as? String == place }.compactMap { $0["name"] as? String })
  }

  @Test func holdsEveryRouteAndNoOther() throws {
    let documented = Set(try operations().map { "\($0.method) \($0.path)" })
    let offered = Set(RouteTable.listing.map { "\($0.method) \($0.pattern)" })
    #expect(offered.subtracting(documented) == [], "routes without a description")
    #expect(documented.subtracting(offered) == [], "descriptions without a route")
    #expect(offered.count == RouteTable.listing.count, "no route stands twice")
  }

  @Test func namesTheParametersAndTheRightOfEachRoute() throws {
    let routes = Dictionary(
      uniqueKeysWithValues: RouteTable.listing.map { ("\($0.method) \($0.pattern)", $0) })
    for operation in try operations() {
      let name = "\(operation.method) \(operation.path)"
      let route = try #require(routes[name])
      #expect(parameters(operation, in: "query") == Set(route.query), "\(name)")
      let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
        .map { String($0.dropFirst().dropLast()) }
      #expect(parameters(operation, in: "path") == Set(inPath), "\(name)")
      #expect(operation.fields["x-right"] as? String == route.right, "\(name)")
      let isOpen = (operation.fields["security"] as? [Any])?.isEmpty ?? false
      #expect(isOpen == (route.right == nil), "\(name)")
    }
  }

  @Test func saysWhatEachRouteAnswers() throws {
    var ids = Set<String>()
    for operation in try operations() {
      let name = "\(operation.method) \(operation.path)"
      let id = try #require(operation.fields["operationId"] as? String, "\(name)")
      #expect(ids.insert(id).inserted, "\(id) stands twice")
      #expect(!(operation.fields["summary"] as? String ?? "").isEmpty, "\(name)")
      let responses = try #require(operation.fields["responses"] as? [String: [String: Any]])
      #expect(responses.keys.count { $0.hasPrefix("2") } == 1, "\(name)")
      var wanted: Set = ["400", "403", "500"]
      if operation.fields["x-right"] != nil { wanted.formUnion(["401", "503"]) }
      if operation.fields["requestBody"] != nil { wanted.formUnion(["413", "415"]) }
      if operation.path.contains("{") { wanted.insert("404") }
      #expect(wanted.subtracting(responses.keys) == [], "\(name)")
    }
  }

  /// A reference that leads nowhere describes nothing.
  @Test func referencesLeadSomewhere() throws {
    var found = 0
    func walk(_ value: Any) throws {
      if let list = value as? [Any] { for item in list { try walk(item) } }
      guard let fields = value as? [String: Any] else { return }
      for (key, item) in fields {
        guard key == "$ref", let text = item as? String else {
          try walk(item)
          continue
        }
        found += 1
        var place: Any? = root
        for step in text.dropFirst(2).split(separator: "/") {
          place = (place as? [String: Any])?[String(step)]
        }
        #expect(text.hasPrefix("#/") && place != nil, "\(text)")
      }
    }
    try walk(root)
    #expect(found > 100)
  }
}
