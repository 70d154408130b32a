// An OpenAI-compatible endpoint as configured; control plane.
import Foundation
import News
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
  /// When that price is a multiple.
  public var peak: PeakHours?

  public init(
    name: String, base: String, model: String, key: Secret? = nil, isStreaming: Bool = true,
    hasTools: Bool = true, hasJSONMode: Bool = true, maxTokens: Int = 800,
    price: ModelPrice? = nil, peak: PeakHours? = nil
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
    self.peak = peak
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

  /// What it is at that time, Unix milliseconds; rounded up.
  func at(_ now: Int64, peak: PeakHours?) -> ModelPrice {
    guard let peak, peak.holds(at: now) else { return self }
    func dearer(_ micros: Int64) -> Int64 {
      Int64(clamping: (Int128(micros) * Int128(peak.permille) + 999) / 1_000)
    }
    return ModelPrice(
      prompt: dearer(prompt), cachedPrompt: dearer(cachedPrompt), completion: dearer(completion))
  }
}
