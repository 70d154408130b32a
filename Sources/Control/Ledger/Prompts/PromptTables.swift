// The tables of prompts and their versions; control plane.

extension LedgerMigration {
  static let prompts: [LedgerMigration] = []
}
