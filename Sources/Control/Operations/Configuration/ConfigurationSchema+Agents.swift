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
        + "(lots, money, own prices). Ids never leave. Local analysts see everything."),
    ConfigurationKey(
      "llm.order", \.llm.order, unit: "endpoint",
      "Endpoints in the order in which they are asked; empty: all, by name. Without endpoints rules fill "
        + "the roles."),
    ConfigurationKey(
      "llm.day_budget_cents", \.llm.dayBudgetCents, unit: "hundredths of a US dollar",
      range: 0...100_000_000,
      "What models may cost in one UTC day. The dearest that a call can become is reserved before it; "
        + "without room for it there is no decision."),
    ConfigurationKey(
      "llm.roles.*.day_budget_cents", in: \.llm.roles, new: Configuration.LLM.Role(),
      \.dayBudgetCents, unit: "hundredths of a US dollar", range: 0...100_000_000,
      "What one role may cost of it in one UTC day."),
    ConfigurationKey(
      "llm.thrift_permille", \.llm.thriftPermille, unit: "permille", range: 1...1_000,
      "Share of a budget from which its roles are asked less often. Once it is spent, rules fill them and "
        + "positions are only closed or made smaller."),
    ConfigurationKey(
      "llm.thrift_factor", \.llm.thriftFactor, unit: "times", range: 2...1_000,
      "How many times less often."),
    ConfigurationKey(
      "llm.silence_milliseconds", \.llm.silenceMilliseconds, unit: "milliseconds",
      range: 100...600_000, "A reply that brings no token for so long is given up."),
    ConfigurationKey(
      "llm.ca_file", \.llm.caFile, unit: "path",
      "PEM file of the only authorities trusted for models, instead of the system's."),
    ConfigurationKey(
      "llm.cassette", \.llm.cassette,
      "`record` keeps every reply of a model; `replay` answers from what was kept and asks nobody."),
    ConfigurationKey(
      "llm.cassette_folder", \.llm.cassetteFolder, unit: "path",
      "Where replies are kept; without it `cassette` in the state folder."),
    endpoint(
      "url", \.url, unit: "URL", "Base of `/chat/completions`; http:// for this machine only."),
    endpoint("model", \.model, unit: "name", "Asked for where the prompt names none."),
    endpoint("key_file", \.keyFile, unit: "path", "File (0600, ours) that holds the key."),
    endpoint(
      "key_variable", \.keyVariable, unit: "name",
      "Environment variable that holds the key (LLM_*, OPENAI_* reach the console)."),
    endpoint("streaming", \.streaming, "Whether replies are streamed."),
    endpoint("tools", \.tools, "Whether it takes tools with strict schemas."),
    endpoint("json_mode", \.jsonMode, "Whether it takes response_format json_object."),
    endpoint(
      "max_tokens", \.maxTokens, unit: "tokens", range: 16...32_768,
      "Longest answer where the prompt says nothing."),
    endpoint(
      "prompt_micros", \.promptMicros, unit: "millionths of a US dollar per million tokens",
      range: 0...1_000_000_000, "Price of the prompt. Without it each token counts as the dearest."),
    endpoint(
      "cached_prompt_micros", \.cachedPromptMicros,
      unit: "millionths of a US dollar per million tokens", range: 0...1_000_000_000,
      "Price of a prompt that the provider had cached."),
    endpoint(
      "completion_micros", \.completionMicros,
      unit: "millionths of a US dollar per million tokens", range: 0...1_000_000_000,
      "Price of the answer."),
    endpoint(
      "peak_utc", \.peakUTC, unit: "HH:MM-HH:MM",
      "Hours at which these prices are a multiple, UTC; more with commas between."),
    endpoint(
      "peak_permille", \.peakPermille, unit: "permille", range: 0...100_000,
      "That multiple; 2000 is double."),
  ]

  private static func endpoint<Value: ConfigurationValue>(
    _ name: String, _ place: WritableKeyPath<Configuration.LLM.Endpoint, Value> & Sendable,
    unit: String = "", range: ClosedRange<Int64>? = nil, _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(
      "llm.endpoints.*.\(name)", in: \.llm.endpoints, new: Configuration.LLM.Endpoint(), place,
      unit: unit, range: range, meaning)
  }

  private static func source<Value: ConfigurationValue>(
    _ name: String, _ place: WritableKeyPath<Configuration.News.Source, Value> & Sendable,
    unit: String = "", range: ClosedRange<Int64>? = nil, _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(
      "news.sources.*.\(name)", in: \.news.sources, new: Configuration.News.Source(), place,
      unit: unit, range: range, meaning)
  }

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

  private static func cap(
    _ tier: String, _ place: WritableKeyPath<Configuration, Int64> & Sendable, _ whose: String
  ) -> ConfigurationKey {
    ConfigurationKey(
      "news.\(tier)_cap_permille", place, unit: "permille", range: 0...1_000,
      "How far a target may be moved by news of \(whose), in permille of the position limit.")
  }

  static let news: [ConfigurationKey] = [
    ConfigurationKey(
      "news.hosts", \.news.hosts, unit: "host",
      "Hosts that news may be fetched from; https only, http for this machine."),
    ConfigurationKey(
      "news.folder", \.news.folder, unit: "path",
      "Watched folder of .jsonl, .txt and .xml files, lowest trust; without it `news` in the state folder."
    ),
    cap("social", \.news.socialCapPermille, "posts and the watched folder"),
    cap("press", \.news.pressCapPermille, "the press"),
    cap("wire", \.news.wireCapPermille, "wires"),
    cap("official", \.news.officialCapPermille, "the exchange itself"),
    source("url", \.url, unit: "URL", "Where the document is."),
    source(
      "format", \.format, "feed (RSS, Atom), announcements (OKX's REST) or lines (JSON lines)."),
    source("tier", \.tier, "Trust: social, press, wire or official. It caps what an item can do."),
    source(
      "interval_seconds", \.intervalSeconds, unit: "seconds", range: 5...86_400,
      "Between two requests that went well."),
  ]
}
