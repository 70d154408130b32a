// A role of a desk's own, as its file says it.

public enum RoleFixture {
  public static let eighth = """
    id: basis_watcher
    title: Basis watcher
    kind: analyst
    tags: [desk]
    inputs: [book, context]
    cadence_seconds: 30
    weight_cap: 200
    answer:
      - {name: stance, type: integer, minimum: -100, maximum: 100, meaning: Long or short.}
      - {name: confidence, type: integer, minimum: 0, maximum: 100, meaning: Percent.}
      - {name: basis_bps, type: number, minimum: -1000, maximum: 1000, meaning: Mark over index.}
    """
}
