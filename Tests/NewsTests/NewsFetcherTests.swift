// Fetching from a real server on loopback: what is listed is fetched, everything that leads elsewhere is refused.
import Foundation
import News
import Testing

/// Tests/Peers/news/server.py, for one test.
final class NewsServer {
  private let process = Process()
  let port: Int

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", root.appendingPathComponent("Peers/news/server.py").path]
    let pipe = Pipe()
    process.standardOutput = pipe
    // It ends when this pipe does, however this process ends.
    process.standardInput = Pipe()
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit { process.terminate() }
}

@Suite(.serialized) struct NewsFetching {
  private func fault(_ fetcher: NewsFetcher, _ url: String) async -> NewsFault? {
    do throws(NewsFault) {
      _ = try await fetcher.fetch(url)
      return nil
    } catch { return error }
  }

  @Test func whatIsListedIsFetchedAndComparedNextTime() async throws {
    let server = try NewsServer()
    let fetcher = NewsFetcher(hosts: ["127.0.0.1"], timeoutSeconds: 3)
    let base = "http://127.0.0.1:\(server.port)"
    guard case .document(let data, let validators) = try await fetcher.fetch(base + "/feed") else {
      Issue.record("no document")
      return
    }
    #expect(try NewsFormat.feed.parse(data).items.count == 1)
    #expect(validators.entityTag == "\"v1\"")
    #expect(try await fetcher.fetch(base + "/feed", since: validators) == .unchanged)
    guard case .document = try await fetcher.fetch(base + "/moved") else {
      Issue.record("a redirect on the same host is followed")
      return
    }
  }

  @Test func everythingElseIsRefused() async throws {
    let server = try NewsServer()
    let fetcher = NewsFetcher(hosts: ["127.0.0.1", "localhost", "10.1.2.3"], timeoutSeconds: 2)
    let base = "http://127.0.0.1:\(server.port)"
    let cases: [(String, NewsFault)] = [
      ("/elsewhere", .redirectRefused), ("/loop", .redirectRefused),
      ("/metadata", .redirectRefused),
      ("/gzip", .encoding), ("/huge", .tooLarge), ("/endless", .tooLarge), ("/missing", .status),
      ("/drip", .unreachable), ("/reset", .unreachable),
    ]
    for (path, expected) in cases {
      #expect(await fault(fetcher, base + path) == expected, "\(path)")
    }
    #expect(await fault(fetcher, "https://example.org/feed") == .hostRefused)
    #expect(await fault(fetcher, "http://10.1.2.3/feed") == .badURL)
    #expect(await fault(fetcher, "https://10.1.2.3/feed") == .addressRefused)
    #expect(await fault(fetcher, "ftp://127.0.0.1/feed") == .badURL)
    #expect(await fault(fetcher, "http://user:word@127.0.0.1/") == .badURL)
    #expect(await fault(fetcher, "file:///etc/passwd") == .badURL)
    #expect(await fault(fetcher, "") == .badURL)
  }

  @Test(arguments: [
    ("8.8.8.8", true), ("10.0.0.1", false), ("127.0.0.1", false), ("169.254.169.254", false),
    ("172.16.0.1", false), ("172.32.0.1", true), ("192.168.1.1", false), ("100.64.0.1", false),
    ("0.0.0.0", false), ("224.0.0.1", false), ("255.255.255.255", false), ("198.18.0.1", false),
    ("::1", false), ("::", false), ("fe80::1", false), ("fc00::1", false), ("ff02::1", false),
    ("::ffff:10.0.0.1", false), ("::ffff:8.8.8.8", true), ("64:ff9b::a00:1", false),
    ("2002:a00:1::", false), ("2001:db8::1", false), ("2606:4700::1111", true),
  ])
  func addressesAreJudged(_ text: String, _ isPublic: Bool) throws {
    #expect(try #require(NetworkAddress(text)).isPublic == isPublic)
  }

  @Test func aFolderIsReadAndNothingInItIsTouched() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("llmtrading-news-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    var watch = NewsFolder(path: folder.path)
    #expect(watch.poll().items.isEmpty)
    try write("a.jsonl", "{\"title\":\"one\"}\n")
    try write("b.txt", "two\nbody")
    try write("c.exe", "no")
    try write(".hidden.txt", "no")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.txt", withDestinationPath: "/etc/hostname")
    let first = watch.poll()
    #expect(first.items.map(\.title) == ["one", "two"])
    #expect(first.counters[.unsupported] == 1)
    #expect(watch.poll().items.isEmpty)
    try write("a.jsonl", "{\"title\":\"one\"}\n{\"title\":\"three\"}\n")
    #expect(watch.poll().items.map(\.title) == ["one", "three"])
    #expect(FileManager.default.fileExists(atPath: folder.path + "/c.exe"))
    #expect(NewsFolder(path: "/nowhere").path == "/nowhere")
  }
}
