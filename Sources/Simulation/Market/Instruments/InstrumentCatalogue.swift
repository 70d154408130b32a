// The instruments of one simulated exchange, found by name or code; simulation.

import Quantities

/// All instruments of a run, in a fixed order: an instrument's index is its identity in events and orders.
public struct InstrumentCatalogue: Sendable {
  public private(set) var list: [InstrumentSpecification]
  private var byName: [String: Int] = [:]
  private var byCode: [Int64: Int] = [:]

  /// Codes that clash are moved up to the next free one, in the order of the list.
  public init(_ list: [InstrumentSpecification]) {
    self.list = list
    for index in list.indices {
      precondition(byName[list[index].id] == nil, "Invariant: an instrument is listed once")
      byName[list[index].id] = index
      var code = list[index].code
      while byCode[code] != nil { code += 1 }
      byCode[code] = index
      self.list[index].code = code
    }
  }

  public var count: Int { list.count }
  public subscript(index: Int) -> InstrumentSpecification { list[index] }
  public func index(of id: String) -> Int? { byName[id] }
  public func index(ofCode code: Int64) -> Int? { byCode[code] }

  /// What an instrument is from now on; its index and code stay, its name may be another. One that is no longer
  /// listed keeps its place and is found no more.
  public mutating func replace(_ index: Int, with specification: InstrumentSpecification) {
    if list[index].isListed {
      byName[list[index].id] = nil
      byCode[list[index].code] = nil
    }
    list[index] = specification
    if !specification.isListed { return }
    precondition(byName[specification.id] == nil, "Invariant: an instrument is listed once")
    byName[specification.id] = index
    byCode[specification.code] = index
  }

  /// Indices of what is listed.
  public var listed: [Int] { list.indices.filter { list[$0].isListed } }

  /// The first tradable instrument moved to the front: what a health list shows first can be traded.
  public var tradableFirst: InstrumentCatalogue {
    guard let first = list.firstIndex(where: { $0.isTradable && $0.state == "live" }), first > 0
    else { return self }
    var moved = list
    moved.insert(moved.remove(at: first), at: 0)
    return InstrumentCatalogue(moved)
  }
}
