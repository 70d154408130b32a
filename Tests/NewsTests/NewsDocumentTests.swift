// Documents of news: what is taken of good ones, and the code that each bad one is refused with.
import Foundation
import News
import Testing

private func faults(_ format: NewsFormat, _ text: String) -> NewsFault? {
  do throws(NewsFault) {
    _ = try format.parse(Data(text.utf8))
    return nil
  } catch { return error }
}

@Suite struct NewsDocuments {
  @Test func rssAndAtomAreRead() throws {
    let rss = """
      <?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Wire</title>
      <item><title>Fund &amp; flows</title><link>https://e.org/1</link>
      <description><![CDATA[<p>Inflows <b>rose</b></p><script>x()</script>]]></description>
      <pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate></item>
      <item><title>Second</title></item></channel></rss>
      """
    let one = try NewsFormat.feed.parse(Data(rss.utf8))
    #expect(one.items.map(\.title) == ["Fund & flows", "Second"])
    #expect(one.items[0].url == "https://e.org/1")
    #expect(one.items[0].body.contains("rose") && !one.items[0].body.contains("x()"))
    #expect(one.items[0].publishedAt == Date(timeIntervalSince1970: 1_795_514_400))
    let atom = """
      <feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title type="html">One</title>
      <link rel="self" href="https://e.org/s"/><link href="https://e.org/a"/>
      <published>2026-11-24T10:00:00Z</published>
      <content type="xhtml"><div><p>body</p></div></content></entry></feed>
      """
    let two = try NewsFormat.feed.parse(Data(atom.utf8))
    #expect(two.items.map(\.title) == ["One"])
    #expect(two.items[0].url == "https://e.org/a")
    #expect(two.items[0].body.contains("body"))
    #expect(two.items[0].publishedAt == Date(timeIntervalSince1970: 1_795_514_400))
    var latin = Data("<?xml version='1.0' encoding='ISO-8859-1'?><rss><item><title>caf".utf8)
    latin.append(0xE9)
    latin.append(Data("</title></item></rss>".utf8))
    #expect(try NewsFormat.feed.parse(latin).items.map(\.title) == ["café"])
  }

  @Test func announcementsLinesAndTextAreRead() throws {
    let body = """
      {"code":"0","msg":"","data":[{"totalPage":"1","details":[{"annType":"announcements-new-listings",
      "title":"OKX to list X","url":"https://www.okx.com/x","pTime":"1795514400000"}]}]}
      """
    let listed = try NewsFormat.announcements.parse(Data(body.utf8))
    #expect(listed.items.map(\.title) == ["OKX to list X"])
    #expect(listed.items[0].publishedAt == Date(timeIntervalSince1970: 1_795_514_400))
    let lines = """
      {"title":"first","text":"body","published_at":1795514400000}
      not json
      {"text":"only text"}

      {"title":5}
      """
    let read = try NewsFormat.lines.parse(Data(lines.utf8))
    #expect(read.items.map(\.title) == ["first", "only text"])
    #expect(read.counters[.malformed] == 2)
    let text = try NewsFormat.text.parse(Data("Title\nrest\nof it".utf8))
    #expect(text.items == [RawNews(title: "Title", body: "rest\nof it")])
  }

  @Test func badDocumentsAreRefusedByCode() {
    let laughs = """
      <?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
      <rss><item><title>&b;</title></item></rss>
      """
    let outside = """
      <!doctype x [<!entity e SYSTEM "file:///etc/passwd">]><rss><item><title>&e;</title></item></rss>
      """
    #expect(faults(.feed, laughs) == .documentType)
    #expect(faults(.feed, outside) == .documentType)
    #expect(faults(.feed, "<rss><item><title>a</title>") == .malformed)
    #expect(faults(.feed, "<html><body>no feed</body></html>") == .malformed)
    #expect(faults(.feed, "") == .malformed)
    #expect(faults(.feed, "<?xml version='1.0' encoding='utf-16'?><rss/>") == .encoding)
    #expect(faults(.feed, "<?xml version='1.0' encoding='utf-7'?><rss/>") == .encoding)
    let deep = "<rss>" + String(repeating: "<a>", count: 40)
    #expect(faults(.feed, deep) == .tooDeep)
    #expect(faults(.announcements, "{\"code\":\"50011\",\"data\":[]}") == .status)
    #expect(faults(.announcements, "[]") == .malformed)
    for data in [Data([0xFF, 0xFE, 0x3C, 0x00]), Data([0x3C, 0x72, 0xC3, 0x28])] {
      #expect(throws: NewsFault.encoding) { try NewsFormat.feed.parse(data) }
      #expect(throws: NewsFault.encoding) { try NewsFormat.lines.parse(data) }
    }
  }

  @Test func sizesAreBounded() throws {
    let item = "<item><title>t</title></item>"
    let many = "<rss>" + String(repeating: item, count: 250) + "</rss>"
    let found = try NewsFormat.feed.parse(Data(many.utf8))
    #expect(found.items.count == RawNews.itemsMax)
    #expect(found.counters[.tooManyItems] == 50)
    let huge =
      "<rss><item><title>t</title><description>"
      + String(repeating: "x", count: 3 << 20) + "</description></item></rss>"
    let one = try NewsFormat.feed.parse(Data(huge.utf8))
    #expect(one.items[0].body.utf8.count <= RawNews.fieldBytesMax)
    #expect(one.counters[.itemTooLarge] == 1)
  }

  /// Bytes of every kind changed, cut and doubled: an answer or a code, never a trap.
  @Test func mutatedDocumentsNeverTrap() {
    var random = SystemRandomNumberGenerator()
    let seeds: [(NewsFormat, String)] = [
      (
        .feed,
        "<rss><item><title>a &amp; b</title><description><![CDATA[x]]></description></item></rss>"
      ),
      (
        .announcements,
        "{\"code\":\"0\",\"data\":[{\"details\":[{\"title\":\"t\",\"pTime\":\"1\"}]}]}"
      ),
      (.lines, "{\"title\":\"t\",\"text\":\"x\"}\n{\"title\":\"u\"}"), (.text, "title\nbody"),
    ]
    var parsed = 0
    for round in 0..<4_000 {
      let (format, text) = seeds[round % seeds.count]
      var bytes = Array(text.utf8)
      for _ in 0...Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(contentsOf: bytes[at...], at: at)
        default: bytes.removeSubrange(at...)
        }
      }
      if (try? format.parse(Data(bytes))) != nil { parsed += 1 }
    }
    #expect(parsed > 0 && parsed < 4_000)
  }
}
