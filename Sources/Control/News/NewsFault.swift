// What can be wrong with a source of news, as codes that are counted; control plane.

/// Stable names: they stand in logs, counters and the API.
public enum NewsFault: String, Error, Sendable, CaseIterable {
  /// Not http or https, or http to another place than this machine.
  case badURL = "bad_url"
  /// A host that `news.hosts` does not list.
  case hostRefused = "host_refused"
  /// A private, link-local, multicast or reserved address.
  case addressRefused = "address_refused"
  /// The name has no address.
  case unresolved
  case unreachable
  /// Neither 200 nor 304.
  case status
  /// To another host, or too many.
  case redirectRefused = "redirect_refused"
  case tooLarge = "too_large"
  /// Compressed, or of an encoding that is not taken.
  case encoding
  /// A document type or entity declaration.
  case documentType = "document_type"
  case malformed
  case tooDeep = "too_deep"
  /// More items than are taken of one document: the rest was left out.
  case tooManyItems = "too_many_items"
  case itemTooLarge = "item_too_large"
  case noTitle = "no_title"
  case futureDate = "future_date"
  case duplicate
  case nearDuplicate = "near_duplicate"
  /// A file or a source of a kind that is not taken.
  case unsupported
  case unreadable
}

/// Counts by code.
public struct NewsCounters: Sendable, Equatable {
  public private(set) var faults: [NewsFault: Int] = [:]
  public internal(set) var fetches = 0
  public internal(set) var unchanged = 0
  public internal(set) var items = 0

  public init() {}

  public mutating func count(_ fault: NewsFault, _ more: Int = 1) {
    faults[fault, default: 0] += more
  }
  public subscript(fault: NewsFault) -> Int { faults[fault] ?? 0 }
}
