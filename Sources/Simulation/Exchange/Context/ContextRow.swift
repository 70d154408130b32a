// One row of a context channel or of its REST twin; simulation.

/// A row as it is sent, and what of it counts as a change.
struct ContextRow {
  var figures: String
  var time: Int64

  /// `figures` is an object's members; the time comes last.
  var whole: String { "{\(figures),\"ts\":\"\(time)\"}" }
}
