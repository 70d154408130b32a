// The keys of agents, models, prompts and news; control plane.

extension ConfigurationSchema {
  static let agents: [ConfigurationKey] = [
    ConfigurationKey(
      "agents.enabled", \.agents.enabled,
      "Whether the team of roles decides on the allow-listed instruments. Without it: yes in `simulated` "
        + "and `demo`, no in `live`, where somebody must say so."),
    ConfigurationKey(
      "agents.instruments", \.agents.instruments, unit: "instId",
      "Instruments the team decides on, at most 8, all in risk.allow_list; empty: the first 8 of it."
    ),
    ConfigurationKey(
      "agents.cycle_seconds", \.agents.cycleSeconds, unit: "seconds", range: 1...86_400,
      "Time between two cycles of an instrument; events start one sooner. A role whose own cadence is "
        + "longer is reused in between."),
    ConfigurationKey(
      "agents.deadline_milliseconds", \.agents.deadlineMilliseconds, unit: "milliseconds",
      range: 100...600_000,
      "Longest cycle: analysts get half of it, the decision maker up to four fifths, the risk controller "
        + "the rest. Later answers are recorded and not used."),
    ConfigurationKey(
      "agents.lease_milliseconds", \.agents.leaseMilliseconds, unit: "milliseconds",
      range: 1_000...86_400_000, "How long a cycle's decision holds unless a newer one replaces it."
    ),
    ConfigurationKey(
      "agents.drift_basis_points", \.agents.driftBasisPoints, unit: "basis points",
      range: 1...10_000,
      "A decision is dead once the mid has moved this far from the one it was taken at."),
    ConfigurationKey(
      "agents.data_age_milliseconds", \.agents.dataAgeMilliseconds, unit: "milliseconds",
      range: 100...600_000, "Oldest book that a decision may rest on."),
    ConfigurationKey(
      "agents.roles_folder", \.agents.rolesFolder, unit: "path",
      "Folder of NAME.role.yaml and NAME.prompt.yaml files that add roles to the shipped seven or replace "
        + "them (docs/AGENTS.md)."),
  ]
  static let llm: [ConfigurationKey] = [
    ConfigurationKey(
      "llm.share_account", \.llm.shareAccount,
      "How much of the account a model sees: `none`, `ratios` (shares of limits and equity), or `full` "
        + "(lots, money, own prices). Ids never leave. Local analysts see everything.")
  ]
  static let prompts: [ConfigurationKey] = [
    ConfigurationKey(
      "prompts.promotion", \.prompts.promotion,
      "`immediate`: a saved prompt is used by the next call. `shadow`: it waits until it was compared with "
        + "the one in use and somebody promotes it."),
    ConfigurationKey(
      "prompts.shadow_runs", \.prompts.shadowRuns, unit: "runs", range: 1...10_000,
      "Snapshots that both versions must have answered before a promotion."),
    ConfigurationKey(
      "prompts.shadow_share_permille", \.prompts.shadowSharePermille, unit: "permille",
      range: 0...1_000, "Share of cycles that also ask the candidate; 0: recorded snapshots alone."),
  ]
  static let news: [ConfigurationKey] = []
}
