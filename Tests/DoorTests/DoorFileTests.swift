// The socket's file: its mode, a dead one replaced, a live one respected; and what a client is told.

import Door
import Glibc
import Testing

@Suite struct DoorFileTests {
  private func mode(_ path: String) -> UInt32 {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0
  }

  @Test func onlyItsUserMayConnect() throws {
    let path = temporaryPath()
    let door = try OpenDoor(path: path)
    #expect(mode(path) == 0o600)
    door.stop()
    var options = DoorOptions()
    options.mode = 0o660
    let shared = try OpenDoor(options)
    #expect(mode(shared.path) == 0o660)
    shared.stop()
  }

  @Test func aLiveDoorIsRespectedAndADeadOneReplaced() throws {
    let path = temporaryPath()
    do {
      let listener = try DoorListener(path: path, rules: doorRules())
      #expect(throws: DoorError.inUse(path: path)) {
        _ = try DoorListener(path: path, rules: doorRules())
      }
      #expect(listener.clientCount == 0)
    }
    #expect(mode(path) == 0, "removed at the end")
    // What a killed core leaves behind.
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
    }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    close(descriptor)
    #expect(throws: DoorError.notRunning(path: path)) {
      _ = try DoorClient.send(.ping, path: path)
    }
    let door = try OpenDoor(path: path)
    #expect(try DoorClient.send(.ping, path: path).isDone)
    door.stop()
  }

  @Test func otherFilesAreLeftAlone() throws {
    let path = temporaryPath()
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
    close(descriptor)
    #expect(throws: DoorError.notASocket(path: path)) {
      _ = try DoorListener(path: path, rules: doorRules())
    }
    #expect(mode(path) == 0o600)
  }

  @Test func errorsSayWhatToDo() throws {
    let path = temporaryPath()
    #expect(throws: DoorError.notRunning(path: path)) { _ = try DoorClient(path: path) }
    #expect(DoorError.notRunning(path: path).description.contains("llmtrading run"))
    let long = "/tmp/" + String(repeating: "x", count: 120)
    #expect(throws: DoorError.pathTooLong(path: long, bytesMax: 107)) {
      _ = try DoorClient(path: long)
    }
    #expect(throws: DoorError.pathTooLong(path: long, bytesMax: 107)) {
      _ = try DoorListener(path: long, rules: doorRules())
    }
  }

  @Test func aCoreThatDoesNotAnswerTimesOut() throws {
    let path = temporaryPath()
    // Listens, and nobody polls it.
    let listener = try DoorListener(path: path, rules: doorRules())
    #expect(throws: DoorError.timeout(milliseconds: 50)) {
      _ = try DoorClient.send(.ping, path: path, milliseconds: 50)
    }
    #expect(listener.clientCount == 0)
  }
}
