// The login text and signatures, against values computed with Python's hmac.

import Foundation
import OKX
import Testing

@Suite struct LoginRequestTests {
  private let credentials = APIKey(
    key: "985d5b66-57ce-40fb-b714-afc0b9787083", secret: "22582BD0CFF14C41EDBF1AB98506286D",
    passphrase: "pass \"word\" \\ \u{1}")

  @Test func theText() throws {
    let text = LoginRequest.text(credentials, unixSeconds: 1_538_054_050)
    let whole = try JSONSerialization.jsonObject(with: Data(text)) as! [String: Any]
    let argument = (whole["args"] as! [[String: String]])[0]
    #expect(whole["op"] as? String == "login")
    #expect(argument["apiKey"] == credentials.key)
    #expect(argument["passphrase"] == credentials.passphrase)
    #expect(argument["timestamp"] == "1538054050")
    #expect(argument["sign"] == "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M=")
  }

  @Test func aRequestSignature() {
    let sign = LoginRequest.signature(
      secret: credentials.secret, time: "2020-12-08T09:08:57.715Z", method: "POST",
      path: "/api/v5/trade/order", body: "{\"instId\":\"BTC-USDT\"}")
    #expect(sign == "YQ/tkEzvXm0I2aOIDXzW4cvOJ+Hn6Vy0Xqh6kJ1Nu7g=")
  }

  @Test func credentialsDoNotPrint() {
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), dumped] {
      #expect(!text.contains(credentials.secret) && !text.contains(credentials.key))
      #expect(!text.contains("pass "))
    }
  }
}
