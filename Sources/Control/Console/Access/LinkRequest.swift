// Asking for a link, and the answer, as JSON; control plane.

/// `{"rights": ["view"], "person": "alice"}`; both may be left out.
struct LinkRequest: Codable {
  var rights: [String]?
  var person: String?

  init(rights: [String]? = nil, person: String? = nil) {
    self.rights = rights
    self.person = person
  }

  init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, ["rights", "person"])
    rights = try fields.getIfAny([String].self, "rights")
    person = try fields.getIfAny(String.self, "person")
  }

  /// Whoever holds a link that names nobody.
  static let nobody = "console"

  var grant: Grant {
    get throws(Problem) {
      guard let rights = rights.map({ ConsoleRights(words: $0) }) ?? .all else {
        throw .json("`rights` is not a list of \(ConsoleRights.words.joined(separator: ", "))")
      }
      let person = person ?? LinkRequest.nobody
      if !Grant.isPerson(person) {
        throw .json(
          "`person` is not 1 to \(Grant.personBytesMax) letters, digits, spaces or . _ - @")
      }
      return Grant(rights: rights, person: person)
    }
  }
}

struct LinkReply: Codable {
  var link: String
}
