// A program that dials an address again and again and says how long each time took: run where a test cannot be.
import Account
import Dialing
import Foundation
import Wire

// dial-probe WSS-URL HTTPS-URL CA-FILE TIMES: a line of standard input sets off each, a line of output tells of it.
let words = CommandLine.arguments
guard words.count == 5, let times = Int(words[4]) else {
  FileHandle.standardError.write(Data("dial-probe WSS-URL HTTPS-URL CA-FILE TIMES\n".utf8))
  exit(64)
}
func since(_ begun: Date) -> Int { Int(Date().timeIntervalSince(begun) * 1_000) }

for _ in 0..<times {
  _ = readLine()
  let begun = Date()
  let request = DialRequest(url: try WebSocketURL(words[1]), tls: try TLSContext(caFile: words[3]))
  do throws(DialError) {
    let connection = try Dialer.dial(request)
    print("\(connection.remoteAddress) \(since(begun)) \(connection.notes)")
  } catch {
    print("failed \(since(begun)) \(error)")
  }
  fflush(nil)
}
// Each a client of its own, so that none finds a connection open.
for _ in 0..<times {
  _ = readLine()
  let begun = Date()
  let client = try RESTClient(base: words[2], caFile: words[3])
  do {
    _ = try await client.plain("/")
    print("rest \(since(begun))")
  } catch { print("rest failed \(since(begun)) \(error)") }
  await client.shutdown()
  fflush(nil)
}
