// Public frames through the decoder, with the claim's guard bytes checked.
import OKX
import Quantities
import Testing

let usualUpdate =
  #"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["78722.3","0.38699412","0","10"],["78729.9","0","0","0"]],"bids":[["78722.2","12","0","1999999"]],"ts":"1787612486107","checksum":0,"seqId":80274874876,"prevSeqId":80274874800}]}"#

func decodePublic(_ text: String, _ instruments: InstrumentTable = usualTable) -> (
  PublicFrame, [Decoded]?
) {
  let decoder = PublicDecoder(instruments: instruments)
  let claim = Claim()
  let frame = decoder.decode(text, claim)
  #expect(claim.isIntact)
  return (frame, claim.messages(frame.byteCount))
}

func publicFault(_ text: String) -> FaultCode {
  let (frame, messages) = decodePublic(text)
  #expect((frame.fault == .none) == (frame.kind != .faulty))
  if frame.kind == .faulty { #expect(frame.byteCount == 0 && messages == []) }
  return frame.fault
}
