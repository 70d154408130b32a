// Lists of REST, page after page, and their rows one by one; control plane.

import Foundation
import Quantities

extension AccountReader {
  static var rowsPerPage: Int { 100 }

  /// Strict: an answer without a list of rows is none.
  private struct Envelope: Decodable { var data: [StatedRow] }

  func statedRows(_ path: String, _ priority: RESTPriority) async throws -> [StatedRow] {
    let body = try await rest.getSigned(path, priority)
    return try AccountReader.rows(body, path)
  }

  static func rows(_ body: Data, _ path: String) throws -> [StatedRow] {
    do { return try JSONDecoder().decode(Envelope.self, from: body).data } catch {
      throw AccountError.malformed("\(name(path)): \(error)")
    }
  }

  /// `trade/fills` of `/api/v5/trade/fills?begin=1`.
  static func name(_ path: String) -> String {
    String(path.prefix { $0 != "?" }.dropFirst("/api/v5/".count))
  }

  /// A list's rows, newest first, until a row's `key` is at most `known`. Lists page by `after`, which is
  /// exclusive (docs/OKX.md OKX-173). `pagesMax` pages are more than there can be: beyond them this refuses
  /// rather than guesses.
  func pages(
    _ path: String, by key: String, downTo known: UInt64? = nil, pagesMax: Int,
    _ priority: RESTPriority
  ) async throws -> [StatedRow] {
    var found: [StatedRow] = []
    var oldest = UInt64.max
    let start = path + (path.contains("?") ? "&" : "?") + "limit=\(AccountReader.rowsPerPage)"
    for _ in 0..<pagesMax {
      let page = try await statedRows(
        oldest == .max ? start : "\(start)&after=\(oldest)", priority)
      let keys = page.compactMap { UInt64($0.text(key)) }
      found += page.filter { row in
        guard let known, let key = UInt64(row.text(key)) else { return true }
        return key > known
      }
      guard page.count >= AccountReader.rowsPerPage else { return found }
      guard let last = keys.min(), last < oldest else {
        throw AccountError.malformed("\(AccountReader.name(path)): a page without older rows")
      }
      if let known, last <= known { return found }
      oldest = last
    }
    throw AccountError.malformed(
      "\(AccountReader.name(path)): more than \(pagesMax) pages of \(AccountReader.rowsPerPage) rows"
    )
  }

  /// Each row by itself: one that is not understood is named, and the next one is read.
  func read<Row: Sendable>(
    _ rows: [StatedRow], _ path: String, _ convert: (inout RowReader) throws(OddRow) -> Row?
  ) -> Stated<Row> {
    var stated = Stated<Row>()
    for row in rows {
      var reader = RowReader(path: AccountReader.name(path), row: row, instruments: instruments)
      do throws(OddRow) {
        if let item = try convert(&reader) {
          stated.rows.append(item)
        } else {
          stated.outside += 1
        }
        stated.odd += reader.notes
      } catch {
        stated.odd.append(error)
      }
    }
    return stated
  }
}
