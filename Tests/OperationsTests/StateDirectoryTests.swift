// The state folder: modes, one core at a time, start numbers that never repeat, secrets from closed files.

import Foundation
import Operations
import Testing

@Test func theFolderIsMadeForItsOwnerAlone() throws {
  let scratch = Scratch()
  let directory = try StateDirectory(scratch.path + "/a/b")
  #expect(Scratch.mode(directory.path) == 0o700)
  #expect(Scratch.mode(directory.journalDirectory) == 0o700)
  // A second time: nothing to do.
  #expect(try StateDirectory(scratch.path + "/a/b") == directory)
}

@Test func aFolderOpenToOthersRefuses() throws {
  let scratch = Scratch()
  for (mode, refuses) in [(0o755, true), (0o770, true), (0o701, true), (0o750, false)] {
    let path = scratch.path + "/m\(mode)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect((try? StateDirectory(path)) == nil ? refuses : !refuses, "\(mode)")
  }
}

@Test func aSocketPathThatDoesNotFitRefuses() throws {
  let scratch = Scratch()
  let exact = scratch.path + "/" + String(repeating: "x", count: 107 - scratch.path.utf8.count - 6)
  #expect(try StateDirectory(exact).doorSocket.utf8.count == 107)
  #expect(throws: OperationsError.self) { try StateDirectory(exact + "x") }
}

@Test func theTokenIsMadeOnceAndIsOursAlone() throws {
  let directory = try StateDirectory(Scratch().path + "/s")
  let token = try directory.token()
  #expect(token.count == 64 && Set(token).count > 8)
  #expect(Scratch.mode(directory.tokenFile) == 0o600)
  #expect(try directory.token() == token)
  try FileManager.default.setAttributes(
    [.posixPermissions: 0o644], ofItemAtPath: directory.tokenFile)
  #expect(throws: OperationsError.self) { try directory.token() }
  try FileManager.default.removeItem(atPath: directory.tokenFile)
  #expect(try directory.token() != token)
}

@Test func aSecondCoreRefuses() throws {
  let directory = try StateDirectory(Scratch().path + "/s")
  var lock: StateLock? = try directory.lock()
  do {
    _ = try directory.lock()
    Issue.record("two locks on one folder")
  } catch {
    #expect(
      error
        == .alreadyRunning(path: directory.path, process: ProcessInfo.processInfo.processIdentifier)
    )
    #expect("\(error)".contains("another core is running"))
  }
  #expect(lock != nil)
  lock = nil
  _ = try directory.lock()
}

@Test func aKilledCoreLeavesNoLock() throws {
  let directory = try StateDirectory(Scratch().path + "/s")
  _ = try directory.lock()
  let holder = Process()
  holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
  // -o: the lock is the flock program's alone, not its child's.
  holder.arguments = ["-o", directory.lockFile, "sleep", "20"]
  try holder.run()
  var isHeld = false
  for _ in 0..<1000 where !isHeld {
    isHeld = (try? directory.lock()) == nil
    if !isHeld { usleep(10_000) }
  }
  #expect(isHeld)
  kill(holder.processIdentifier, SIGKILL)
  var isFree = false
  for _ in 0..<1000 where !isFree {
    isFree = (try? directory.lock()) != nil
    if !isFree { usleep(10_000) }
  }
  #expect(isFree)
}

@Test func startNumbersGrowAndNeverRepeat() throws {
  let directory = try StateDirectory(Scratch().path + "/s")
  let first = try directory.lock().nextStartNumber()
  #expect(first > 0 && first < 1 << 24)
  let second = try directory.lock().nextStartNumber()
  #expect(second == first + 1)
  #expect(Scratch.mode(directory.startNumberFile) == 0o600)
  let file = URL(fileURLWithPath: directory.startNumberFile)
  for text in ["", "x\n", "0\n", "-1\n", "12", "4294967296\n"] {
    try Data(text.utf8).write(to: file)
    #expect(throws: OperationsError.self, "\(text)") { try directory.lock().nextStartNumber() }
  }
  try Data("16777214\n".utf8).write(to: file)
  #expect(try directory.lock().nextStartNumber() == 16_777_215)
  #expect(throws: OperationsError.startNumbersExhausted(path: directory.startNumberFile)) {
    try directory.lock().nextStartNumber()
  }
}

@Test func credentialsComeFromClosedFilesOrVariables() throws {
  let scratch = Scratch()
  var sources = Configuration.CredentialSources()
  #expect(try Credentials.load(sources) == nil)
  sources.apiKeyFile = scratch.file("key", "the-key\n")
  sources.secretFile = scratch.file("secret", "the-secret")
  sources.passphraseVariable = "PASS"
  let credentials = try Credentials.load(sources, environment: ["PASS": "the-phrase"])
  #expect(credentials?.apiKey.reveal() == "the-key")
  #expect(credentials?.secret.reveal() == "the-secret")
  #expect(credentials?.passphrase.reveal() == "the-phrase")
  #expect(throws: OperationsError.self) { try Credentials.load(sources, environment: [:]) }
  sources.secretFile = scratch.file("open", "the-secret", mode: 0o644)
  #expect(throws: OperationsError.self) {
    try Credentials.load(sources, environment: ["PASS": "the-phrase"])
  }
  sources.secretFile = scratch.path
  #expect(throws: OperationsError.self) {
    try Credentials.load(sources, environment: ["PASS": "the-phrase"])
  }
  sources.secretFile = scratch.file("empty", "\n")
  #expect(throws: OperationsError.self) {
    try Credentials.load(sources, environment: ["PASS": "the-phrase"])
  }
  let link = scratch.path + "/link"
  try FileManager.default.createSymbolicLink(
    atPath: link, withDestinationPath: scratch.file("target", "the-secret"))
  sources.secretFile = link
  #expect(throws: OperationsError.self) {
    try Credentials.load(sources, environment: ["PASS": "the-phrase"])
  }
}

@Test func aSecretDoesNotPrint() {
  let secret = Secret("hunter2-hunter2")
  for text in ["\(secret)", String(reflecting: secret), "\([secret])"] {
    #expect(!text.contains("hunter2"), "\(text)")
  }
  var dumped = ""
  dump(Credentials(apiKey: secret, secret: secret, passphrase: secret), to: &dumped)
  #expect(!dumped.contains("hunter2"))
}
