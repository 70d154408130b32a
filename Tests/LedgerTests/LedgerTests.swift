// The file itself: its mode, its durability, and what it refuses to open.
import Foundation
import GRDB
import Ledger
import Testing

@Suite struct LedgerTests {
  private func mode(_ path: String) throws -> Int {
    let value = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    return (value as? NSNumber)?.intValue ?? -1
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    let fixture = try LedgerFixture()
    _ = try fixture.ledger.append(LedgerFixture.record())
    for suffix in ["", "-wal", "-shm"] {
      #expect(try mode(fixture.path + suffix) == 0o600, "\(suffix)")
    }
  }

  @Test func itOpensAgainWithWhatItHeld() throws {
    let fixture = try LedgerFixture()
    let id = try fixture.ledger.append(LedgerFixture.record())
    let cycle = try fixture.ledger.beginCycle(trace: LedgerFixture.trace(1), instrument: "X", at: 1)
    try fixture.ledger.close()
    let again = try Ledger(path: fixture.path)
    #expect(try again.record(id: id)?.id == id)
    #expect(
      try again.beginCycle(trace: LedgerFixture.trace(1), instrument: "X", at: 1) == cycle + 1)
    #expect(try again.append(LedgerFixture.record()) == id + 1)
  }

  @Test func cyclesOfALaterLedgerLieAboveAnEarlierOnes() throws {
    let now = Int64(Date().timeIntervalSince1970)
    let fixture = try LedgerFixture()
    let cycle = try fixture.ledger.beginCycle(trace: LedgerFixture.trace(1), instrument: "X", at: 1)
    #expect(cycle > (now - 60) * 16 && cycle <= (now + 60) * 16)
  }

  @Test func aFileThatOthersMayReadIsRefused() throws {
    let folder = try LedgerFixture.freshFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/ledger.sqlite"
    _ = FileManager.default.createFile(
      atPath: path, contents: nil, attributes: [.posixPermissions: 0o644])
    #expect(throws: LedgerError.open(path: path, "others may read it; chmod 600 it")) {
      try Ledger(path: path)
    }
  }

  @Test func whatIsNoDatabaseIsRefused() throws {
    let folder = try LedgerFixture.freshFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/ledger.sqlite"
    let noise = Data((0..<8_192).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })
    _ = FileManager.default.createFile(
      atPath: path, contents: noise, attributes: [.posixPermissions: 0o600])
    do {
      _ = try Ledger(path: path)
      Issue.record("opened")
    } catch { #expect(error.code == "LEDGER_OPEN", "\(error)") }
    #expect(throws: LedgerError.self) { try Ledger(path: folder) }
    #expect(throws: LedgerError.self) { try Ledger(path: folder + "/no/such/folder/x") }
  }

  @Test func aLaterBuildsFileIsRefusedWithTheNextStep() throws {
    let fixture = try LedgerFixture()
    try fixture.ledger.close()
    try DatabaseQueue(path: fixture.path).write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('records/99')")
    }
    do {
      _ = try Ledger(path: fixture.path)
      Issue.record("opened")
    } catch {
      #expect(error == .newerSchema(path: fixture.path, unknown: ["records/99"]))
      #expect("\(error)".contains("run that build"))
    }
  }

  @Test func everyConnectionIsDurable() throws {
    let fixture = try LedgerFixture()
    let pragmas = try fixture.ledger.pragmas()
    #expect(pragmas["journal_mode"] == "wal")
    #expect(pragmas["synchronous"] == "2")
    #expect(pragmas["foreign_keys"] == "1")
    #expect(pragmas["busy_timeout"] == "5000")
  }
}
