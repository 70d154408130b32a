// A planted fault: run.sh fails unless the fuzzer finds it, so that a silent fuzzer is not a quiet one.
import FuzzSupport

@c(LLVMFuzzerTestOneInput)
public func fuzzPlanted(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if bytes.count > 2, bytes[0] == 0x46, bytes[1] == 0x55, bytes[2] == 0x5A {
    fatalError("the planted fault")
  }
  return 0
}
