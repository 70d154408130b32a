// Specifications from REST bodies, or from the finest decimals of a recording; simulation.

import Quantities

extension InstrumentCatalogue {
  /// The recorded instruments: rows of `instruments` (a raw REST file or one JSON body) where it has them, else
  /// tick and lot from the finest decimals in the recording.
  public init(recording: RecordingFile, instruments: [UInt8]? = nil) throws(RecordingError) {
    self.init([])
  }
  /// Every row of a raw REST file, or of one JSON body.
  public static func rows(_ instruments: [UInt8]) -> [InstrumentSpecification] { [] }
}
