// Why a subcommand ends, in a sentence for whoever called it.
/// Why a subcommand cannot go on, in a sentence.
struct CommandError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
