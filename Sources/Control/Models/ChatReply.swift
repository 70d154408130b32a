// What came back, whole or piece by piece, in one shape; control plane.
import JSON
import Ledger
import Roles

public struct ChatReply: Sendable, Equatable, Codable {
  public var content = ""
  public var reasoning = ""
  public var tools: [Tool] = []
  public var finishReason: String?
  public var model = ""
  public var fingerprint = ""
  public var usage = TokenUsage()

  public struct Tool: Sendable, Equatable, Codable {
    public var name = ""
    public var arguments = ""
  }

  public init() {}

  /// Largest text that is kept of one reply.
  public static let bytesMax = 1 << 20
  static let toolsMax = 8

  /// The body of an answer that was not streamed.
  public init(body: JSONValue) throws(ModelFault) {
    self.init()
    guard let choice = body["choices"]?[0], let message = choice["message"] else {
      throw .malformed
    }
    try take(common: body)
    content = message["content"]?.string ?? ""
    reasoning = message["reasoning_content"]?.string ?? ""
    for call in message["tool_calls"]?.array ?? [] {
      if tools.count >= ChatReply.toolsMax { throw .tooLarge }
      tools.append(
        Tool(
          name: call["function"]?["name"]?.string ?? "",
          arguments: call["function"]?["arguments"]?.string ?? ""))
    }
    finishReason = choice["finish_reason"]?.string
  }

  /// One event of a stream. True when it brought a token.
  public mutating func take(chunk: JSONValue) throws(ModelFault) -> Bool {
    if chunk["error"] != nil { throw .serverError }
    try take(common: chunk)
    guard let choice = chunk["choices"]?[0] else { return false }
    var isProgress = false
    if let delta = choice["delta"] {
      let piece = delta["content"]?.string ?? ""
      let thought = delta["reasoning_content"]?.string ?? ""
      content += piece
      reasoning += thought
      isProgress = !piece.isEmpty || !thought.isEmpty
      for call in delta["tool_calls"]?.array ?? [] {
        guard let index = call["index"]?.integer ?? (tools.isEmpty ? 0 : nil), index >= 0 else {
          throw .malformed
        }
        if index >= ChatReply.toolsMax || index > tools.count { throw .malformed }
        if index == tools.count { tools.append(Tool()) }
        tools[Int(index)].name += call["function"]?["name"]?.string ?? ""
        tools[Int(index)].arguments += call["function"]?["arguments"]?.string ?? ""
        isProgress = true
      }
      if content.utf8.count + reasoning.utf8.count > ChatReply.bytesMax { throw .tooLarge }
    }
    if let reason = choice["finish_reason"]?.string {
      finishReason = reason
      isProgress = true
    }
    return isProgress
  }

  private mutating func take(common body: JSONValue) throws(ModelFault) {
    if let model = body["model"]?.string { self.model = String(model.prefix(100)) }
    if let print = body["system_fingerprint"]?.string { fingerprint = String(print.prefix(100)) }
    guard let counts = body["usage"], counts.object != nil else { return }
    func count(_ name: String) -> Int { Int(clamping: max(0, counts[name]?.integer ?? 0)) }
    usage = TokenUsage()
    usage.promptTokens = count("prompt_tokens")
    usage.completionTokens = count("completion_tokens")
    usage.cacheHitTokens = count("prompt_cache_hit_tokens")
    if let cached = counts["prompt_tokens_details"]?["cached_tokens"]?.integer {
      usage.cacheHitTokens = Int(clamping: max(0, cached))
    }
    usage.cacheMissTokens = max(0, usage.promptTokens - usage.cacheHitTokens)
    usage.reasoningTokens = Int(
      clamping: max(
        0, counts["completion_tokens_details"]?["reasoning_tokens"]?.integer ?? 0))
  }

  /// The answer's own text: a tool's arguments, or the content where no tool was asked for. Nothing is taken
  /// out of it or put right: text around the object is a fault of that rung.
  public func answer(of rung: ModelRung, schema: RoleSchema) throws(ModelFault) -> JSONValue {
    guard finishReason == "stop" || finishReason == "tool_calls" else { throw .unfinished }
    let text: String
    if rung == .strictTool {
      if tools.isEmpty { throw content.isEmpty ? .empty : .notJSON }
      guard tools.count == 1, tools[0].name == schema.name else { throw .wrongTool }
      text = tools[0].arguments
    } else {
      text = content
    }
    if text.allSatisfy(\.isWhitespace) { throw .empty }
    do { return try JSONValue(parsing: text) } catch { throw .notJSON }
  }

  /// Whether the text stands anywhere in what would go on record.
  func holds(_ text: String) -> Bool {
    !text.isEmpty
      && ([content, reasoning, model, fingerprint, finishReason ?? ""]
        + tools.flatMap { [$0.name, $0.arguments] }).contains { $0.contains(text) }
  }

  /// As it goes on record.
  public var raw: String {
    var parts: [String] = []
    if !reasoning.isEmpty { parts.append("[reasoning]\n" + reasoning) }
    if !content.isEmpty { parts.append(content) }
    parts += tools.map { "[tool \($0.name)]\n\($0.arguments)" }
    return parts.joined(separator: "\n")
  }
}
