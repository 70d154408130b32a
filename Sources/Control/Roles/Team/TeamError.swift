// What is wrong with a role's file; control plane.

public struct TeamError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file's name.
  public var file: String
  /// 1 upwards; 0: the file as a whole.
  public var line: Int
  public var message: String

  public init(file: String, line: Int = 0, _ message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String {
    line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)"
  }
}
