// Planned maintenance: told by `status`, and what it does to trading (docs/OKX.md OKX-199); simulation.

import Market
import Matching

extension SimulatedExchange {
  func schedule(_ maintenance: Maintenance) {
    let now = clock.wallMilliseconds()
    let begin = now + maintenance.lead
    let opening = begin + maintenance.span
    let notice = SystemNotice(
      title: "Trading system maintenance", state: "scheduled", begin: begin,
      end: opening + maintenance.preOpen, preOpenBegin: maintenance.preOpen > 0 ? opening : 0,
      time: now)
    announce(notice)
    enter("ongoing", .ongoing, notice, after: maintenance.lead)
    if maintenance.preOpen > 0 {
      enter("pre_open", .preOpen, notice, after: maintenance.lead + maintenance.span)
    }
    enter(
      "completed", nil, notice,
      after: maintenance.lead + maintenance.span + maintenance.preOpen)
  }

  private func enter(
    _ state: String, _ phase: MaintenancePhase?, _ notice: SystemNotice, after delay: Int64
  ) {
    later(delay * 1_000_000) { exchange in
      exchange.engine.maintenance = phase
      for index in exchange.catalogue.listed { exchange.haltAsNeeded(index) }
      var notice = notice
      notice.state = state
      notice.time = exchange.clock.wallMilliseconds()
      // Once it is over, `end` is when that was.
      if phase == nil { notice.end = notice.time }
      exchange.announce(notice)
    }
  }
}
