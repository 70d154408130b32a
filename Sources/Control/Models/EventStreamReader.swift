// Server-sent events of a streamed reply, by bytes; control plane.

/// Splits at line ends wherever pieces break. Comments and blank lines are no progress.
struct EventStreamReader {
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var endedWithReturn = false

  static let lineBytesMax = 1 << 20

  enum Item: Equatable {
    case event([UInt8])
    case done
  }

  /// Every event that is whole after these bytes.
  mutating func take(_ bytes: some Sequence<UInt8>) throws(ModelFault) -> [Item] {
    var items: [Item] = []
    for byte in bytes {
      if endedWithReturn && byte == 0x0A {
        endedWithReturn = false
        continue
      }
      endedWithReturn = byte == 0x0D
      if byte == 0x0A || byte == 0x0D {
        if let item = finishLine() { items.append(item) }
      } else {
        line.append(byte)
        if line.count > EventStreamReader.lineBytesMax { throw .tooLarge }
      }
    }
    return items
  }

  private mutating func finishLine() -> Item? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty {
      if !hasData { return nil }
      defer {
        data.removeAll(keepingCapacity: true)
        hasData = false
      }
      return data.elementsEqual("[DONE]".utf8) ? .done : .event(data)
    }
    let name = Array("data:".utf8)
    guard line.starts(with: name) else { return nil }
    var value = line.dropFirst(name.count)
    if value.first == 0x20 { value = value.dropFirst() }
    if hasData { data.append(0x0A) }
    data += value
    hasData = true
    return nil
  }
}
