// An OpenAI-compatible endpoint as configured; control plane.
import Foundation
import Operations

public struct ModelEndpoint: Sendable {
  public var name: String
  /// Without `/chat/completions`: `https://api.deepseek.com/v1`.
  public var base: String
  public var model: String
  public var key: Secret?
  public var isStreaming: Bool
  /// Takes tools with strict schemas.
  public var hasTools: Bool
  /// Takes `response_format: json_object`.
  public var hasJSONMode: Bool
  /// Largest answer asked for where the prompt says nothing.
  public var maxTokens: Int
  /// US dollars per million tokens: prompt, cached prompt, completion.
  public var price: ModelPrice?

  public init(
    name: String, base: String, model: String, key: Secret? = nil, isStreaming: Bool = true,
    hasTools: Bool = true, hasJSONMode: Bool = true, maxTokens: Int = 800,
    price: ModelPrice? = nil
  ) {
    self.name = name
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.model = model
    self.key = key
    self.isStreaming = isStreaming
    self.hasTools = hasTools
    self.hasJSONMode = hasJSONMode
    self.maxTokens = maxTokens
    self.price = price
  }

  /// https anywhere, http to this machine alone.
  public var isAllowed: Bool {
    guard let url = URLComponents(string: base), let host = url.host, !host.isEmpty,
      url.user == nil, url.password == nil
    else { return false }
    if url.scheme == "https" { return true }
    // An IPv6 address stands in brackets here.
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    return url.scheme == "http"
      && (bare == "localhost" || NetworkAddress(bare)?.isLoopback == true)
  }
}

/// Millionths of a US dollar per million tokens.
public struct ModelPrice: Sendable, Hashable {
  public var prompt: Int64
  public var cachedPrompt: Int64
  public var completion: Int64

  public init(prompt: Int64, cachedPrompt: Int64, completion: Int64) {
    self.prompt = prompt
    self.cachedPrompt = cachedPrompt
    self.completion = completion
  }
}
