// One row of an answer before anything is made of it; control plane.

import Foundation
import Quantities

/// One row as it came; whatever it is, decoding it succeeds.
struct StatedRow: Decodable {
  enum Member: Decodable, Equatable {
    case text(String)
    case number(Int64)
    case rows([[String: String]])
    /// An empty list is `rows`.
    case texts([String])
    case null
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Int64.self) {
        self = .number(number)
      } else if let rows = try? container.decode([[String: String]].self) {
        self = .rows(rows)
      } else if let texts = try? container.decode([String].self) {
        self = .texts(texts)
      } else {
        self = .other
      }
    }
  }

  /// Nil: the row is no object.
  var members: [String: Member]?

  init(from decoder: any Decoder) throws {
    members = try? decoder.singleValueContainer().decode([String: Member].self)
  }

  /// Empty where there is no such text.
  func text(_ field: String) -> String {
    if case .text(let text)? = members?[field] { return text }
    return ""
  }

  /// A list of texts; nil where there is none.
  func texts(_ field: String) -> [String]? {
    switch members?[field] {
    case .texts(let texts)?: texts
    case .rows(let rows)? where rows.isEmpty: []
    default: nil
    }
  }

  /// A whole number, as such or as its digits; 0 where there is none.
  func integer(_ field: String) -> Int64 {
    switch members?[field] {
    case .number(let value)?: value
    case .text(let text)?: Int64(text) ?? 0
    default: 0
    }
  }

  /// There is a value, and it is no text.
  func isOther(_ field: String) -> Bool {
    switch members?[field] {
    case .number?, .rows?, .texts?, .other?: true
    default: false
    }
  }

  /// For people: bounded.
  func shown(_ field: String) -> String {
    switch members?[field] {
    case .text(let text)?: OddRow.bounded(text)
    case .number(let value)?: "\(value)"
    case .rows?, .texts?, .other?: "no text"
    case .null?, nil: "absent"
    }
  }

  /// True where `newer` says something else of a member; members that it does not have stay.
  mutating func merge(_ newer: StatedRow) -> Bool {
    var isChange = false
    for (name, value) in newer.members ?? [:] where members?[name] != value {
      members?[name] = value
      isChange = true
    }
    return isChange
  }

  /// `upcChg`: what is announced to change, to what, and when.
  var announced: [AnnouncedChange] {
    guard case .rows(let rows)? = members?["upcChg"] else { return [] }
    return rows.compactMap { row in
      guard let name = row["param"], let value = row["newValue"],
        let time = row["effTime"].flatMap(Int64.init)
      else { return nil }
      return AnnouncedChange(
        parameter: name, value: value, at: WallMilliseconds(milliseconds: time))
    }
  }
}

/// A change of an instrument that the exchange announced (docs/OKX.md OKX-195).
public struct AnnouncedChange: Hashable, Sendable {
  public var parameter: String
  public var value: String
  public var at: WallMilliseconds

  public init(parameter: String, value: String, at: WallMilliseconds) {
    self.parameter = parameter
    self.value = value
    self.at = at
  }
}
