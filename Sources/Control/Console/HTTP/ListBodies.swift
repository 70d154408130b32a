// Lists as the API gives them; control plane.

/// A list that is all there is.
struct Items<Item: Encodable>: Encodable {
  var items: [Item]
}

/// A part of a list, newest first. `next` is the cursor of the part behind it; null: there is none.
struct Page<Item: Encodable>: Encodable {
  var items: [Item]
  var next: Int64?

  private enum Key: String, CodingKey { case items, next }

  func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: Key.self)
    try box.encode(items, forKey: .items)
    try box.encode(next, forKey: .next)
  }
}

enum PageLength {
  /// Items of a page whose length nobody asked for.
  static let standard: Int64 = 50
}

extension Items: Sendable where Item: Sendable {}
