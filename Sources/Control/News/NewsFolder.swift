// A folder that files of news are dropped into; control plane.
import Foundation

/// Looks at a folder again and again. Files are read, never moved or changed; one that stays as it was is
/// not read again by this process, and what it holds is known to the store anyway.
public struct NewsFolder: Sendable {
  public let path: String
  private struct Seen: Hashable {
    var name: String
    var size: Int
    var modified: Date
  }
  private var seen: Set<Seen> = []
  /// Refused files that were counted already.
  private var complained: Set<String> = []

  public static let fileBytesMax = 1 << 20
  public static let filesMax = 1_000

  public init(path: String) { self.path = path }

  /// What is new or was changed since the last call. A folder that is not there holds nothing.
  public mutating func poll() -> ParsedNews {
    var found = ParsedNews()
    let manager = FileManager.default
    let names = ((try? manager.contentsOfDirectory(atPath: path)) ?? []).sorted()
    var present: Set<Seen> = []
    for name in names.prefix(NewsFolder.filesMax) where !name.hasPrefix(".") {
      let file = path + "/" + name
      // A link could lead anywhere: only plain files are read.
      guard let facts = try? manager.attributesOfItem(atPath: file),
        facts[.type] as? FileAttributeType == .typeRegular,
        let size = facts[.size] as? Int, let modified = facts[.modificationDate] as? Date
      else { continue }
      let one = Seen(name: name, size: size, modified: modified)
      present.insert(one)
      if seen.contains(one) { continue }
      do throws(NewsFault) {
        let parsed = try NewsFolder.read(file, name: name, size: size)
        found.merge(parsed)
        complained.remove(name)
      } catch {
        if complained.insert(name).inserted { found.counters.count(error) }
      }
    }
    seen = present
    return found
  }

  private static func read(_ file: String, name: String, size: Int) throws(NewsFault)
    -> ParsedNews
  {
    guard let format = NewsFormat(extension: (name as NSString).pathExtension) else {
      throw .unsupported
    }
    if size > fileBytesMax { throw .tooLarge }
    guard let data = FileManager.default.contents(atPath: file) else { throw .unreadable }
    return try format.parse(data)
  }
}

extension ParsedNews {
  mutating func merge(_ other: ParsedNews) {
    items += other.items
    for (fault, count) in other.counters.faults { counters.count(fault, count) }
  }
}
