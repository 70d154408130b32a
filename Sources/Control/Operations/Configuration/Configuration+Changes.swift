// Which of the exchange's dated changes touch a configuration; control plane.

import ExchangeCalendar
import OKX
import Quantities

extension Configuration {
  /// The changes that come into force after `today` and touch this configuration, the earliest first.
  public func changes(after today: CalendarDay) -> [DatedRule] {
    DatedRule.table.filter { day(of: $0) > today && touches($0.touches) }
      .sorted { day(of: $0) < day(of: $1) }
  }

  /// When it comes into force in this environment.
  public func day(of rule: DatedRule) -> CalendarDay { rule.day(isDemo: environment == .demo) }

  /// The next change as a sentence, or that none is known.
  public func changeNotice(after today: CalendarDay) -> String {
    guard let next = changes(after: today).first else {
      return "after \(today) no dated change of OKX's is known that touches this configuration"
    }
    return "next change of OKX's: \(day(of: next)): \(next.what) (docs/OKX.md \(next.rule))"
  }

  private func touches(_ subject: RuleSubject) -> Bool {
    switch subject {
    case .orders: return endpoints.privateURL != nil
    case .books:
      return okx.channels.contains { MarketChannel(okxName: $0)?.isDepth ?? false }
    case .instruments: return !okx.instruments.isEmpty
    // A pair has two parts, a contract more.
    case .spot: return okx.instruments.contains { $0.split(separator: "-").count == 2 }
    case .contracts: return okx.instruments.contains { $0.split(separator: "-").count > 2 }
    case .port(let port):
      let urls = [endpoints.publicURL, endpoints.privateURL, endpoints.businessURL]
      return urls.contains { $0.flatMap(EndpointURL.init)?.port == port }
    case .nothing: return false
    }
  }
}
