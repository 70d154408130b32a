// Reads the state file of a core that may be another process, restarted, or dead; control plane.
import CKernel
import Channels
import MappedFile
import Quantities
import Synchronization

/// The reading side: a read-only mapping, checked when opened. `refresh()` follows a restarted core.
///
/// A reader cannot disturb the core: it has no writable page of it, and no value it reads makes the
/// core wait. Not for sharing between threads while one of them calls `refresh()`.
@safe
public struct StateReader: ~Copyable, @unchecked Sendable {
  // SAFETY: the region stays mapped until `deinit` or until `refresh` has replaced it; the file's size
  // was checked against its header, and the core never truncates a file that has its name.
  let path: String
  let expectation: StateExpectation
  var region: MemoryRegion
  var identity: FileIdentity
  var memory: StateMemory
  public private(set) var header: StateHeader

  public init(path: String, expecting expectation: StateExpectation = StateExpectation())
    throws(StateError)
  {
    let opened = try StateReader.open(path, expectation)
    self.path = path
    self.expectation = expectation
    region = opened.region
    identity = opened.identity
    memory = opened.memory
    header = opened.header
  }

  deinit { region.unmap() }

  /// Maps the file of a new start when there is one. True: every value now comes from the new file.
  /// Throws when the new file is refused or gone; the old mapping then stays readable.
  public mutating func refresh() throws(StateError) -> Bool {
    let current: FileIdentity
    do { current = try FileIdentity.of(path: path) } catch { throw .kernel(error) }
    if current == identity { return false }
    let opened = try StateReader.open(path, expectation)
    region.unmap()
    region = opened.region
    identity = opened.identity
    memory = opened.memory
    header = opened.header
    return true
  }

  private struct Opened {
    var region: MemoryRegion
    var identity: FileIdentity
    var memory: StateMemory
    var header: StateHeader
  }

  private static func open(_ path: String, _ expectation: StateExpectation) throws(StateError)
    -> Opened
  {
    let region: MemoryRegion
    let identity: FileIdentity
    do { (region, identity) = try MemoryRegion.open(file: path, writable: false) } catch {
      // The kernel maps no empty file.
      if error == KernelError(.map, 22) {
        throw .tooShort(byteCount: 0, needed: StateLayout.headerByteCount)
      }
      throw .kernel(error)
    }
    do {
      let (header, layout) = try check(region, expectation)
      return unsafe Opened(
        region: region, identity: identity,
        memory: StateMemory(base: region.base, layout: layout), header: header)
    } catch {
      region.unmap()
      throw error
    }
  }

  private static func check(_ region: MemoryRegion, _ expectation: StateExpectation)
    throws(StateError) -> (StateHeader, StateLayout)
  {
    if region.byteCount < StateLayout.headerByteCount {
      throw .tooShort(byteCount: region.byteCount, needed: StateLayout.headerByteCount)
    }
    let header = unsafe region.base.load(as: StateHeader.self)
    if header.magic != StateLayout.magic { throw .magic(header.magic) }
    if header.version != StateLayout.version {
      throw .version(held: header.version, expected: StateLayout.version)
    }
    if header.byteCount != UInt64(region.byteCount) {
      throw .size(file: region.byteCount, header: header.byteCount)
    }
    if Int(header.instrumentCount) > InstrumentTable.instrumentsMax {
      throw .tooManyInstruments(header.instrumentCount)
    }
    let layout = StateLayout(instrumentCount: Int(header.instrumentCount))
    if header.layoutFingerprint != layout.fingerprint || layout.byteCount != region.byteCount {
      throw .layout(held: header.layoutFingerprint, expected: layout.fingerprint)
    }
    if let build = expectation.buildHash, build != header.buildHash {
      throw .build(held: header.buildHash, expected: build)
    }
    if let configuration = expectation.configurationHash,
      configuration != header.configurationHash
    {
      throw .configuration(held: header.configurationHash, expected: configuration)
    }
    let boot: (high: UInt64, low: UInt64)
    do { boot = try StateWriter.currentBootID() } catch { throw .kernel(error) }
    if boot.high != header.bootIDHigh || boot.low != header.bootIDLow { throw .otherBoot }
    return (header, layout)
  }
}
