// The page's files, embedded in the binary; control plane.
import Hummingbird

enum PageFiles {
  static func response(for path: String) -> Response? {
    switch path {
    case "/": file(PackageResources.index_html, "text/html; charset=utf-8")
    case "/page/app.js": file(PackageResources.app_js, "text/javascript; charset=utf-8")
    case "/page/elements.js": file(PackageResources.elements_js, "text/javascript; charset=utf-8")
    case "/page/style.css": file(PackageResources.style_css, "text/css; charset=utf-8")
    case "/page/icon.svg": file(PackageResources.icon_svg, "image/svg+xml")
    default: nil
    }
  }

  private static func file(_ bytes: [UInt8], _ type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
