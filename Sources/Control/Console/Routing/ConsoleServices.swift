// What handlers work with; control plane.
import Logging
import Operations
import Roles

/// One for the console's life.
struct ConsoleServices: Sendable {
  let access: AccessRules
  let links: LinkTokens
  let hub: EventHub
  let view: StateView
  let door: DoorAccess
  let ledger: LedgerAccess
  let decisions: DecisionTail
  let prompts: Configuration.Prompts
  /// The shipped roles and the desk's own.
  let team: Team
  let log: Logger
}
