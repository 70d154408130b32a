// Codes of events that say something of the connection itself; hot plane.

enum SessionCode {
  /// The end of this connection, about 60 s ahead (docs/OKX.md OKX-007).
  static var upgrade: Int32 { 64008 }
  /// This connection is not logged in, whatever we believe (OKX-023).
  static var loginFirst: Int32 { 60011 }
}
