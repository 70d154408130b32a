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

  /// A list's rows, newest first, until a row's `key` is at most `known`; some may come twice. Lists page by `after`,
  /// which is exclusive (docs/OKX.md OKX-173). `pagesMax` pages are more than there can be: beyond them this refuses
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
      found += page.filter { row in
        guard let known, let key = UInt64(row.text(key)) else { return true }
        return key > known
      }
      guard page.count >= AccountReader.rowsPerPage else { return found }
      guard let last = AccountReader.lastInOrder(page.map { UInt64($0.text(key)) }), last < oldest
      else {
        throw AccountError.malformed("\(AccountReader.name(path)): a page without older rows")
      }
      if let known, last <= known { return found }
      oldest = last
    }
    throw AccountError.malformed(
      "\(AccountReader.name(path)): more than \(pagesMax) pages of \(AccountReader.rowsPerPage) rows"
    )
  }

  /// The key that the next page goes on from: the last one that lies between its neighbours'. An absurd one, wherever it
  /// stands, would skip all rows between; so the row behind it comes again, and is told from its first coming by its key.
  static func lastInOrder(_ keys: [UInt64?]) -> UInt64? {
    for index in keys.indices.dropFirst().dropLast().reversed() {
      if let before = keys[index - 1], let key = keys[index], let after = keys[index + 1],
        before > key && key > after
      {
        return key
      }
    }
    return nil
  }

  /// Each row by itself: one that is not understood is named, and the next one is read.
  func read<Row: Sendable>(
    _ rows: [StatedRow], _ path: String, _ convert: (inout RowReader) throws(OddRow) -> Row?
  ) -> Stated<Row> {
    var stated = Stated<Row>()
    let (name, now) = (AccountReader.name(path), rest.venueClock.now())
    for row in rows {
      var reader = RowReader(path: name, row: row, instruments: instruments, now: now)
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
