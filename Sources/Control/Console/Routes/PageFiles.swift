// The page's files, embedded in the binary; control plane.
import Hummingbird

enum PageFiles {
  static func response(for path: String) -> Response? {
    switch path {
    case "/": file(PackageResources.index_html, "text/html; charset=utf-8")
    case "/page/offers.json": .json(offers)
    case "/page/style.css": file(PackageResources.style_css, "text/css; charset=utf-8")
    case "/page/views.css": file(PackageResources.views_css, "text/css; charset=utf-8")
    case "/page/icon.svg": file(PackageResources.icon_svg, "image/svg+xml")
    case "/page/app.js": script(PackageResources.app_js)
    case "/page/elements.js": script(PackageResources.elements_js)
    case "/page/charts.js": script(PackageResources.charts_js)
    case "/page/dom.js": script(PackageResources.dom_js)
    case "/page/api.js": script(PackageResources.api_js)
    case "/page/live.js": script(PackageResources.live_js)
    case "/page/monitor.js": script(PackageResources.monitor_js)
    case "/page/portfolio.js": script(PackageResources.portfolio_js)
    case "/page/risk.js": script(PackageResources.risk_js)
    case "/page/order.js": script(PackageResources.order_js)
    case "/page/decisions.js": script(PackageResources.decisions_js)
    case "/page/card.js": script(PackageResources.card_js)
    case "/page/cycle.js": script(PackageResources.cycle_js)
    case "/page/decision.js": script(PackageResources.decision_js)
    case "/page/prompts.js": script(PackageResources.prompts_js)
    case "/page/editor.js": script(PackageResources.editor_js)
    case "/page/sections.js": script(PackageResources.sections_js)
    case "/page/shadow.js": script(PackageResources.shadow_js)
    case "/page/drafts.js": script(PackageResources.drafts_js)
    case "/page/versions.js": script(PackageResources.versions_js)
    default: nil
    }
  }

  /// Patterns of the console's routes: the page asks for nothing else, so that none of its requests fails for
  /// want of a route.
  static let offers = Set(RouteTable.listing.map(\.pattern)).sorted()

  private static func script(_ bytes: [UInt8]) -> Response {
    file(bytes, "text/javascript; charset=utf-8")
  }

  private static func file(_ bytes: [UInt8], _ type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
