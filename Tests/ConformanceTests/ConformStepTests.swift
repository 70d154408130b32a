// The steps of `llmtrading conform`: their names, their rules, and what a finding makes of silence.
import Testing

@testable import Conformance

@Test func everyStepHasANameOfItsOwnAndRules() {
  let names = ConformStep.all.map(\.name)
  #expect(Set(names).count == names.count)
  for step in ConformStep.all {
    #expect(step.name.split(separator: ".").count == 2, "\(step.name)")
    #expect(!step.rules.isEmpty && Set(step.rules).count == step.rules.count, "\(step.name)")
    #expect(!step.what.isEmpty)
  }
}
