// What a request comes with: its connection and a logger; control plane.
import Hummingbird
import Logging
import NIOCore

struct ConsoleContext: InitializableFromSource, Sendable {
  let channel: any Channel
  let log: Logger

  init(source: ApplicationRequestContextSource) {
    channel = source.channel
    log = source.logger
  }
}
