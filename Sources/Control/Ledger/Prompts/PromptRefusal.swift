// Why the prompt store did not do what it was asked; control plane.

/// Nothing was written.
public enum PromptRefusal: Error, Sendable, Hashable {
  /// Somebody saved meanwhile: the live version is not the expected one.
  case conflict(expected: Int, live: Int)
  /// The text is byte for byte the one in use.
  case identical(version: Int)
  case unknownVersion(role: String, version: Int)
  case unknownRole(String)
  /// Another version is in use than the one the shadow was compared with, or none was started.
  case noShadow(role: String)
  /// The comparison is not complete.
  case shadowIncomplete(ShadowFigures)
  case tooLarge(bytes: Int)
  case invalid(field: String, String)

  /// Stable, for problem documents and exit messages.
  public var code: String {
    switch self {
    case .conflict: "prompt_conflict"
    case .identical: "prompt_identical"
    case .unknownVersion: "prompt_unknown_version"
    case .unknownRole: "prompt_unknown_role"
    case .noShadow: "prompt_no_shadow"
    case .shadowIncomplete: "prompt_shadow_incomplete"
    case .tooLarge: "prompt_too_large"
    case .invalid: "prompt_invalid_field"
    }
  }
}

extension PromptRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .conflict(let expected, let live):
      "Version \(live) is in use, not \(expected): somebody saved meanwhile. Compare, then save on top of it."
    case .identical(let version):
      "The text is the same as version \(version), which is in use; nothing was saved."
    case .unknownVersion(let role, let version):
      "\(role) has no version \(version)."
    case .unknownRole(let role): "There is no role `\(role.prefix(40))`."
    case .noShadow(let role):
      "\(role) has no shadow against the version in use. Start one, then promote."
    case .shadowIncomplete(let figures):
      "The comparison is not complete: \(figures.runs) of \(figures.runsMin) runs. "
        + figures.sentence
    case .tooLarge(let bytes):
      "The text has \(bytes) bytes; at most \(PromptStore.textBytesMax) are taken."
    case .invalid(let field, let reason): "`\(field)` \(reason)."
    }
  }
}
