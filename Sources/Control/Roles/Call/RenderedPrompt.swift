// A prompt as it is sent: its text filled in, and what it asks a model to run with; control plane.

import JSON

/// What a prompt asks a model to run with. Absent: the endpoint's own default.
public struct ModelParameters: Sendable, Hashable, Codable {
  /// Absent: the endpoint's configured model.
  public var model: String?
  public var temperature: Double?
  public var topP: Double?
  public var maxTokens: Int?
  public var thinking: Bool?
  /// `low`, `medium`, `high`, as the endpoint names them.
  public var reasoningEffort: String?

  public init(
    model: String? = nil, temperature: Double? = nil, topP: Double? = nil, maxTokens: Int? = nil,
    thinking: Bool? = nil, reasoningEffort: String? = nil
  ) {
    self.model = model
    self.temperature = temperature
    self.topP = topP
    self.maxTokens = maxTokens
    self.thinking = thinking
    self.reasoningEffort = reasoningEffort
  }

  public var json: JSONValue {
    var object: [String: JSONValue] = [:]
    object["model"] = model.map { .string($0) }
    object["temperature"] = temperature.map { .number($0) }
    object["top_p"] = topP.map { .number($0) }
    object["max_tokens"] = maxTokens.map { .integer(Int64($0)) }
    object["thinking"] = thinking.map { .bool($0) }
    object["reasoning_effort"] = reasoningEffort.map { .string($0) }
    return .object(object)
  }
}

/// A prompt version with its snapshot filled in.
public struct RenderedPrompt: Sendable, Hashable {
  /// The same bytes for every call of one prompt version and schema, so that a provider's cache hits.
  public var system: String
  /// What changes: the snapshot's part that the role may see, and the answers before it.
  public var user: String
  /// Of the prompt; 0: none was stored.
  public var version: Int
  public var parameters: ModelParameters

  public init(
    system: String, user: String, version: Int, parameters: ModelParameters = ModelParameters()
  ) {
    self.system = system
    self.user = user
    self.version = version
    self.parameters = parameters
  }
}
