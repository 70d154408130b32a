// The shipped roles have distinct ids that may stand in a path.
import Roles
import Testing

@Test func shippedRolesHaveDistinctPlainNames() {
  #expect(Set(RoleID.shipped).count == 7)
  for id in RoleID.shipped {
    #expect(id.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F })
  }
}
