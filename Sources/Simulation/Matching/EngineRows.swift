// Rows of the private channels and their REST twins, as JSON objects; simulation.

import Quantities

extension VenueOrder {
  /// The row of the `orders` channel, `GET trade/order` and `trade/orders-pending`.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification) {}
}
extension FillRecord {
  /// The row of `GET trade/fills`.
  public func appendRow(to output: inout [UInt8], _ specification: InstrumentSpecification) {}
}
extension CurrencyBalance {
  /// An element of `details` in the `account` channel and `GET account/balance`.
  public func appendDetail(to output: inout [UInt8]) {}
}
extension VenuePosition {
  /// The row of the `positions` channel and `GET account/positions`. `mark` is the price for upl.
  public func appendRow(
    to output: inout [UInt8], _ specification: InstrumentSpecification, mark: Price
  ) {}
}
