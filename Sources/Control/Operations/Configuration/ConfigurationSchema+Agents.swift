// The keys of agents, models, prompts and news; control plane.

extension ConfigurationSchema {
  static let agents: [ConfigurationKey] = []
  static let llm: [ConfigurationKey] = []
  static let prompts: [ConfigurationKey] = []
  static let news: [ConfigurationKey] = []
}
