// `Hot` means hot: no object file below Sources/Hot resolves, connects, shakes hands, starts a thread or opens a file.
import Foundation
import Testing

/// libc and OpenSSL, and our shims' names for the same.
private let calls: Set<String> = [
  "getaddrinfo", "socket", "connect", "SSL_do_handshake", "SSL_connect", "pthread_create",
  "open", "open64", "openat", "openat64", "fopen", "posix_spawn",
  "copenssl_context_create", "copenssl_tls_create", "copenssl_tls_handshake",
  "ck_open", "ck_map_file", "ck_rename", "ck_unlink",
]
private let prefixes = ["cdial_", "ck_spawn", "$s5Glibc4open", "$s5Glibc6openat"]

private func housekeeping(in symbols: [String]) -> [String] {
  symbols.filter { symbol in
    calls.contains(symbol) || prefixes.contains { symbol.hasPrefix($0) }
  }
}

/// The transport's shim is hot too; CKernel and COpenSSL serve both planes, so that their callers are looked at.
@Test(arguments: Manifest.own.names(.hot) + ["CUring"])
func hotObjectsDoNoHousekeeping(module: String) throws {
  let symbols = try Repository.undefinedSymbols(of: module)
  try #require(!symbols.isEmpty, "no object files of \(module) below \(Repository.build.path)")
  #expect(housekeeping(in: symbols) == [])
}

@Test func everyHotModuleIsLookedAt() {
  #expect(Manifest.own.names(.hot).count >= 10)
}

/// Where these calls went, they are found.
@Test func theHotObjectCheckCanFail() throws {
  let core = housekeeping(in: try Repository.undefinedSymbols(of: "Core"))
  #expect(core.contains("pthread_create"))
  #expect(core.contains { $0.hasPrefix("open") || $0.hasPrefix("$s5Glibc4open") })
  let dialing = housekeeping(in: try Repository.undefinedSymbols(of: "Dialing"))
  #expect(dialing.contains("cdial_connect"))
  #expect(dialing.contains("copenssl_tls_handshake"))
  #expect(try housekeeping(in: Repository.undefinedSymbols(of: "CDialing")).contains("connect"))
  #expect(try housekeeping(in: Repository.undefinedSymbols(of: "MappedFile")).contains("ck_open"))
}
