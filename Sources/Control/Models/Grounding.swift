// Whether what an answer names is there: instruments, prices, positions, ids against the snapshot; control plane.
import JSON
import Roles

/// One value that is not in the snapshot.
public struct UngroundedValue: Sendable, Equatable {
  /// JSON Pointer.
  public var path: String
  public var ground: Ground
}

public enum Grounding {
  /// How far a named price may lie from the nearest one of the snapshot.
  public static let priceToleranceBasisPoints = 10.0

  /// Every grounded value of a validated answer that the facts do not hold.
  public static func check(_ answer: JSONValue, _ schema: RoleSchema, _ facts: Facts)
    -> [UngroundedValue]
  {
    var found: [UngroundedValue] = []
    walk(answer, schema.root, "", facts, &found)
    return found
  }

  private static func walk(
    _ value: JSONValue, _ node: SchemaNode, _ path: String, _ facts: Facts,
    _ found: inout [UngroundedValue]
  ) {
    if value.isNull { return }
    if let ground = node.ground, !holds(value, ground, facts) {
      found.append(UngroundedValue(path: path, ground: ground))
    }
    switch node.kind {
    case .record(let fields):
      for field in fields {
        if let inner = value[field.name] {
          walk(inner, field.node, path + "/" + field.name, facts, &found)
        }
      }
    case .list(let element, _):
      for (index, inner) in (value.array ?? []).enumerated() {
        walk(inner, element, "\(path)/\(index)", facts, &found)
      }
    default: break
    }
  }

  private static func holds(_ value: JSONValue, _ ground: Ground, _ facts: Facts) -> Bool {
    // A list is grounded element by element.
    if let items = value.array { return items.allSatisfy { holds($0, ground, facts) } }
    switch ground {
    case .instrument: return value.string.map(facts.instruments.contains) ?? false
    case .orderID: return value.string.map(facts.orderIDs.contains) ?? false
    case .newsID: return value.string.map(facts.newsIDs.contains) ?? false
    case .position: return value.integer.map(facts.positions.contains) ?? false
    case .price:
      guard let price = value.number ?? value.string.flatMap({ Double($0) }), price.isFinite,
        price > 0
      else { return false }
      return facts.prices.contains {
        abs(price - $0) <= $0 * priceToleranceBasisPoints / 10_000
      }
    }
  }

  /// As it goes on record.
  public static func json(_ found: [UngroundedValue]) -> JSONValue {
    [
      "grounded": .bool(found.isEmpty),
      "missing": .array(
        found.map { ["path": .string($0.path), "ground": .string($0.ground.rawValue)] }),
    ]
  }
}
