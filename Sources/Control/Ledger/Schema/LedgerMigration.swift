// How the Ledger's schema grows: a list of steps per area; control plane.
import GRDB

/// One step. What is on main is never edited: a change is a new step at the end of its area's list.
struct LedgerMigration: Sendable {
  /// `area/number`, kept in the file for ever.
  var identifier: String
  var apply: @Sendable (Database) throws -> Void

  init(_ identifier: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
    self.identifier = identifier
    self.apply = apply
  }

  static let all = records + journal + prompts

  static func migrator() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for step in all { migrator.registerMigration(step.identifier, migrate: step.apply) }
    NewsTables.register(&migrator)
    return migrator
  }
}
