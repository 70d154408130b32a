// What every answer carries: the page's content security policy and its like; control plane.
import HTTPTypes

enum SecurityHeaders {
  static let all: [(HTTPField.Name, String)] = [
    (
      .contentSecurityPolicy,
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    (.xContentTypeOptions, "nosniff"),
    (.cacheControl, "no-store"),
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
    (HTTPField.Name("X-Frame-Options")!, "DENY"),
    (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
    (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
  ]
}
