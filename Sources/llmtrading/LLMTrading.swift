// The one executable: subcommands only, each a thin wrapper over a module; control plane.
import ArgumentParser

@main
struct LLMTrading: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "llmtrading",
    abstract: "A trading core for OKX: frames in, orders out, and everything on record.",
    discussion: """
      Start with `llmtrading demo`: a simulated exchange, the core and the page on this machine.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, RunCommand.self, InjectCommand.self, StopCommand.self, RearmCommand.self,
      CancelCommand.self, SweepCommand.self, FlattenCommand.self, LimitsCommand.self,
      LinkCommand.self, CoreCommand.self, ConsoleCommand.self, ExchangeCommand.self,
      JournalCommand.self, WireEchoCommand.self, RecordCommand.self, ConfigCommand.self,
      AuditCommand.self, BenchLedgerCommand.self, LedgerWriterCommand.self, PromptsCommand.self,
      NewsCommand.self, ConformCommand.self,
    ]
  )
}
