// How the words of a file use names: as values, or as calls with these labels.

struct Uses {
  /// Names that stand without a call's parentheses behind them.
  private(set) var values: Set<String> = []
  /// Labels of the calls of a name.
  private(set) var calls: [String: Set<[String]>] = [:]

  private static let introducers = Declarations.types.union(["func", "let", "var", "case"])

  init() {}

  init(of file: SourceFile) {
    let tokens = file.tokens
    for index in tokens.indices where tokens[index].kind == .word {
      let next = index + 1 < tokens.count ? tokens[index + 1] : nil
      if index > 0 {
        let before = tokens[index - 1]
        if before.kind == .word, Self.introducers.contains(before.value) { continue }
        // A label, of a parameter or of an argument.
        let isLabel = before.kind == .word || before.isMark("(") || before.isMark(",")
        if isLabel, next?.isMark(":") == true { continue }
      }
      guard next?.isMark("(") == true else {
        values.insert(tokens[index].value)
        continue
      }
      let close = Functions.end(of: index + 1, in: tokens)
      let labels = Functions.arguments(from: index + 2, to: close, in: tokens).map { range in
        range.count > 1 && tokens[range.lowerBound + 1].isMark(":")
          ? tokens[range.lowerBound].value : "_"
      }
      calls[tokens[index].value, default: []].insert(labels)
    }
  }

  mutating func formUnion(_ other: Uses) {
    values.formUnion(other.values)
    calls.merge(other.calls) { $0.union($1) }
  }

  /// Whether a word may mean this declaration: by its name, and by the labels where it is called.
  func mayUse(_ declared: Declaration) -> Bool {
    if values.contains(declared.name) { return true }
    guard let calls = calls[declared.name] else { return false }
    guard let parameters = declared.parameters else { return true }
    return calls.contains { Self.fit($0[...], parameters[...]) }
  }

  private static func fit(
    _ labels: ArraySlice<String>, _ parameters: ArraySlice<Declaration.Parameter>
  ) -> Bool {
    guard let parameter = parameters.first else { return labels.isEmpty }
    if let label = labels.first, label == parameter.label {
      if fit(labels.dropFirst(), parameters.dropFirst()) { return true }
      // A list of any length: further values without a label.
      if parameter.mayBeLeftOut, labels.dropFirst().first == "_" {
        return fit(labels.dropFirst().dropFirst(), parameters.dropFirst())
      }
    }
    return parameter.mayBeLeftOut && fit(labels, parameters.dropFirst())
  }
}
