// The keys of agents, models, prompts and news; control plane.

extension ConfigurationSchema {
  static let agents: [ConfigurationKey] = []
  static let llm: [ConfigurationKey] = [
    ConfigurationKey(
      "llm.share_account", \.llm.shareAccount,
      "How much of the account a model sees: `none`, `ratios` (shares of limits and equity), or `full` "
        + "(lots, money, own prices). Ids never leave. Local analysts see everything.")
  ]
  static let prompts: [ConfigurationKey] = []
  static let news: [ConfigurationKey] = []
}
