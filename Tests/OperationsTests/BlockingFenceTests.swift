// What blocks is called behind the fence: a file that reads the disk or the door is one of these, for this reason.
import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// Modules whose code runs as tasks, and what in them blocks.
private let modules = ["Roles", "News", "Models", "Prompts", "Agents", "Console"]
private let blocking = [
  "DoorClient", "DatabasePool", "DatabaseQueue", "import GRDB", "FileManager", "FileHandle",
  "Data(contentsOf", "String(contentsOf", "JournalReader(", "StateReader(", "DispatchQueue",
  "Thread.sleep", "usleep(", ": Ledger,", ": Ledger)", ": PromptStore", ": NewsStore",
  "fromPEMFile", "Process()",
]

/// Relative to Sources/Control.
private let fenced: [String: String] = [
  "Roles/Team/Team.swift": "read once, before anything is served",
  "News/NewsFolder.swift": "NewsPoller runs on a thread of its own",
  "News/NewsPoller.swift": "an actor on a thread of its own",
  "News/NewsPoller+Configuration.swift": "hands the store to the poller",
  "Models/ModelClient.swift": "made once, before anything is asked",
  "Models/ModelCassette.swift": "opened before anything is asked; writes go through BlockingCalls",
  "Prompts/PromptLibrary.swift": "LivePrompts and LedgerAccess call it behind the fence",
  "Agents/Cycle/Recovery.swift": "AgentService runs it through LedgerCalls",
  "Agents/Cycle/AgentService.swift": "hands the Ledger to LedgerCalls",
  "Agents/Snapshot/SnapshotTaker.swift": "an actor on a thread of its own",
  "Console/Access/PageLink.swift": "ConsoleServer writes it through BlockingCalls",
  "Console/Access/PageLink+Ask.swift": "the shell's command, one task and nothing beside it",
  "Console/Backend/LedgerAccess.swift": "LedgerCalls' errors as problems",
  "Console/ConsoleServer.swift": "hands the Ledger on when it is made",
  "Console/Events/EventHub.swift": "an actor on a thread of its own",
  "Console/Events/JournalPast.swift": "reads through BlockingCalls",
  "Console/Events/JournalFileSize.swift": "EventHub calls it on its own thread",
  "Console/Routes/AgentRoutes.swift": "a body of LedgerAccess.call",
  "Console/View/StateView.swift": "an actor on a thread of its own",
]

private func found(in source: String) -> [String] {
  let code = source.split(separator: "\n").filter {
    !$0.drop { $0 == " " }.hasPrefix("//")
  }.joined(separator: "\n")
  return blocking.filter { code.contains($0) }
}

@Test func onlyFencedFilesBlock() throws {
  var open: [String] = []
  var seen: Set<String> = []
  for module in modules {
    let folder = root.appendingPathComponent("Sources/Control/\(module)")
    let walk = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    for case let url as URL in walk where url.pathExtension == "swift" {
      let path = url.path.replacingOccurrences(
        of: root.appendingPathComponent("Sources/Control").path + "/", with: "")
      let names = found(in: try String(contentsOf: url, encoding: .utf8))
      if names.isEmpty { continue }
      seen.insert(path)
      if fenced[path] == nil { open.append("\(path): \(names.joined(separator: ", "))") }
    }
  }
  #expect(open == [], "calls that block, and no fence")
  #expect(Set(fenced.keys).subtracting(seen) == [], "listed, and blocks no longer")
}

@Test func theFenceCheckCanFail() {
  #expect(found(in: "let reply = try DoorClient.send(.ping, path: path)") == ["DoorClient"])
  #expect(found(in: "  // DoorClient blocks") == [])
}
