// A dial to the port that OKX closed fails with what to do about it; any other port with its own words alone.
import Dialing
import Quantities
import Testing
import Wire

private func detail(_ url: String) throws -> String? {
  let request = DialRequest(url: try WebSocketURL(url), timeoutNanoseconds: 2_000_000_000)
  do throws(DialError) {
    _ = try Dialer.dial(request)
    return nil
  } catch {
    return error.description
  }
}

@Test func theClosedPortIsNamed() throws {
  // Whatever listens there on this machine speaks no WebSocket of ours.
  let said = try #require(try detail("ws://127.0.0.1:8443/ws/v5/public"))
  #expect(said.hasPrefix("connect: ") || said.hasPrefix("upgrade: "))
  #expect(
    said.hasSuffix("; OKX closed port 8443 on 2026-10-31: drop the port from the URL"), "\(said)")
  let other = try #require(try detail("ws://127.0.0.1:1/ws/v5/public"))
  #expect(other.hasPrefix("connect: ") && !other.contains("8443"))
  // A fault of the URL itself is no fault of the port.
  let address = try #require(try detail("ws://192.0.2.1:8443/"))
  #expect(address.hasPrefix("address: ") && !address.contains("drop the port"))
}
