// Puts what a scenario says into a ledger, by the ledger's own hand: JSON lines in, JSON lines out; test support.
import Foundation
import Ledger

/// `{"do": "cycle", "trace": …, "instrument": …, "at": …}`, `{"do": "append", "record": {…}}`,
/// `{"do": "snapshot", "hash": …, "json": …}`; each is answered by `{"id": …}`.
struct Line: Decodable {
  var `do`: String
  var trace: String?
  var instrument: String?
  var at: Int64?
  var record: DecisionRecord?
  var hash: String?
  var json: String?
}

func answer(_ line: Line, _ ledger: Ledger) throws -> Int64 {
  switch line.do {
  case "cycle":
    guard let trace = line.trace, let instrument = line.instrument, let at = line.at else { break }
    return try ledger.beginCycle(trace: trace, instrument: instrument, at: at)
  case "append":
    guard let record = line.record else { break }
    return try ledger.append(record)
  case "snapshot":
    guard let hash = line.hash, let json = line.json else { break }
    try ledger.saveSnapshot(hash: hash, json: json)
    return 0
  default: break
  }
  throw CocoaError(.coderInvalidValue)
}

guard CommandLine.arguments.count == 2 else { exit(64) }
do {
  let ledger = try Ledger(path: CommandLine.arguments[1])
  while let text = readLine() {
    let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
    print(#"{"id": \#(try answer(line, ledger))}"#)
    fflush(nil)
  }
  try ledger.close()
} catch {
  FileHandle.standardError.write(Data("ledger-scribe: \(error)\n".utf8))
  exit(1)
}
