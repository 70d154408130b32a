// Every step of a run, in the order in which they run; control plane.

extension ConformStep {
  /// Chapters in the order of docs/OKX.md.
  public static let all: [ConformStep] =
    connectionSteps + connectionWaitSteps
    + loginSteps
    + subscriptionSteps
    + bookSteps + bookChannelSteps
    + contextSteps + contextWaitSteps
}
