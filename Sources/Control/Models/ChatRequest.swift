// One chat completion as it is asked for: the body, byte-stable up to what changes; control plane.
import JSON
import Roles

/// How an answer is asked for, best first.
public enum ModelRung: String, Sendable, CaseIterable {
  case strictTool = "strict_tool"
  case jsonMode = "json_mode"
  case repair
}

public struct ChatRequest: Sendable {
  public var rung: ModelRung
  public var system: String
  public var user: String
  /// What the repair is told of the answer before: a violation's words, never values.
  public var complaint: String?
  public var schema: RoleSchema
  public var parameters: ModelParameters

  public init(
    rung: ModelRung, prompt: RenderedPrompt, schema: RoleSchema, complaint: String? = nil
  ) {
    self.rung = rung
    system = prompt.system
    user = prompt.user
    self.complaint = complaint
    self.schema = schema
    parameters = prompt.parameters
  }

  /// Model, then system, then user: what two calls of one prompt version share comes first.
  public func body(_ endpoint: ModelEndpoint) -> JSONValue {
    var messages: [JSONValue] = [
      ["role": "system", "content": .string(system)],
      ["role": "user", "content": .string(user)],
    ]
    if let complaint {
      messages.append(
        [
          "role": "user",
          "content": .string(
            "Your last answer was refused: \(complaint). Answer again with one JSON object of the output "
              + "format and nothing else."),
        ])
    }
    var body: [String: JSONValue] = [
      "model": .string(parameters.model ?? endpoint.model), "messages": .array(messages),
      "max_tokens": .integer(Int64(parameters.maxTokens ?? endpoint.maxTokens)),
      "stream": .bool(endpoint.isStreaming),
    ]
    if endpoint.isStreaming { body["stream_options"] = ["include_usage": true] }
    body["temperature"] = parameters.temperature.map { .number($0) }
    body["top_p"] = parameters.topP.map { .number($0) }
    body["reasoning_effort"] = parameters.reasoningEffort.map { .string($0) }
    if let thinking = parameters.thinking {
      body["thinking"] = ["type": .string(thinking ? "enabled" : "disabled")]
    }
    switch rung {
    case .strictTool:
      let name = JSONValue.string(schema.name)
      body["tools"] = [
        [
          "type": "function",
          "function": [
            "name": name, "description": "The answer.", "strict": true,
            "parameters": schema.jsonSchema,
          ],
        ]
      ]
      body["tool_choice"] = ["type": "function", "function": ["name": name]]
    case .jsonMode, .repair:
      if endpoint.hasJSONMode { body["response_format"] = ["type": "json_object"] }
    }
    return .object(body)
  }

  /// What the endpoint will not heed, in words for the record.
  public func ignored() -> [String] {
    if parameters.thinking != true { return [] }
    return [("temperature", parameters.temperature), ("top_p", parameters.topP)]
      .compactMap { $0.1 == nil ? nil : "\($0.0) is ignored while thinking is on" }
  }
}
