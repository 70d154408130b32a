// Comparing secrets without telling by the time taken where they differ; control plane.
import Crypto
import Foundation

enum ConstantTime {
  /// True when both texts are equal. Their digests are compared, so that lengths tell nothing either.
  static func equal(_ one: String, _ other: String) -> Bool {
    let first = SHA256.hash(data: Data(one.utf8))
    let second = SHA256.hash(data: Data(other.utf8))
    return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
