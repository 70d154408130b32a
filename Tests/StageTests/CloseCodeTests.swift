// The exchange closes a connection by a code of its own: it reaches the Connector and the counters.

import Market
import Pipeline
import Quantities
import StageBench
import Testing

@Suite struct CloseCodeTests {
  /// A close that blames the key is a refused login, which is dialled again later and later (docs/OKX.md OKX-009).
  @Test(arguments: [
    (4001, FaultCode.loginRefused), (4007, .loginRefused), (4003, .closedByPeer),
    (4005, .closedByPeer), (4009, .closedByPeer), (1001, .closedByPeer),
  ])
  func theCodeIsKept(code: Int, fault: FaultCode) throws {
    let desk = try Desk()
    let bench = desk.bench
    let frame = [UInt8(code >> 8), UInt8(code & 0xFF)]
    bench.account?.say(opcode: 0x8, frame)
    bench.market?.say(opcode: 0x8, frame)
    bench.run()
    bench.collectReturns(redial: false)
    #expect(bench.accountRequests.last == .replace && bench.marketRequests.last == .replace)
    #expect(bench.accountEnd.cause == fault && bench.accountEnd.closeCode == UInt16(code))
    #expect(bench.marketEnd.cause == fault && bench.marketEnd.closeCode == UInt16(code))
    #expect(bench.state.faultDetail(fault)?.code == Int32(code))
  }

  @Test func aConnectionThatIsCutHasNone() throws {
    let desk = try Desk()
    let bench = desk.bench
    bench.account?.say(opcode: 0x8, [])
    bench.run()
    bench.collectReturns()
    #expect(bench.accountEnd.cause == .closedByPeer && bench.accountEnd.closeCode == 0)
    bench.run()
    bench.account?.hangUp()
    bench.run()
    bench.collectReturns(redial: false)
    #expect(bench.accountEnd.cause == .connectionLost && bench.accountEnd.closeCode == 0)
  }
}
