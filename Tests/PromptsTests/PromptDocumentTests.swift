// Prompt documents: what is refused, where it says so, and that nothing traps.
import Foundation
import Ledger
import Prompts
import Roles
import Testing

@Suite struct PromptDocumentTests {
  struct Bad: Sendable, CustomStringConvertible {
    var name: String
    var text: String
    var format: PromptFormat = .yaml
    var found: [(PromptProblem.Code, Int, Int)]
    var description: String { name }
  }

  static let bad: [Bad] = [
    Bad(name: "nothing", text: "", found: [(.empty, 1, 1)]),
    Bad(name: "a list", text: "- a\n", found: [(.wrongType, 1, 1)]),
    Bad(name: "no background", text: "role: r\n", found: [(.missing, 1, 1)]),
    Bad(
      name: "an unknown key", text: "role: r\nbackground: b\ngaols: g\n",
      found: [(.unknownKey, 3, 1)]),
    Bad(
      name: "another role", text: "background: b\nrole: other\n", found: [(.role, 2, 7)]),
    Bad(
      name: "a key twice", text: "role: r\nbackground: b\ngoals: g\nbackground: c\n",
      found: [(.duplicateKey, 4, 1)]),
    Bad(
      name: "an anchor", text: "role: r\nbackground: &a b\ngoals: *a\n",
      found: [(.anchor, 2, 13)]),
    Bad(
      name: "an alias of nothing", text: "role: r\nbackground: *a\n", found: [(.alias, 2, 13)]),
    Bad(
      name: "a tab", text: "role: r\nbackground:\n\tb\n", found: [(.syntax, 3, 1)]),
    Bad(
      name: "two documents", text: "role: r\nbackground: b\n---\nrole: r\n",
      found: [(.syntax, 3, 1)]),
    Bad(
      name: "parameters",
      text: """
        role: r
        background: b
        parameters:
          temperature: 3
          top_p: high
          max_tokens: 1.5
          thinking: maybe
          reasoning_effort: extreme
          seed: 4
        """,
      found: [
        (.outOfRange, 4, 16), (.wrongType, 5, 10), (.wrongType, 6, 15), (.wrongType, 7, 13),
        (.outOfRange, 8, 21), (.unknownKey, 9, 3),
      ]),
    Bad(
      name: "kinds", text: "role: r\nbackground:\n  x: y\ngoals: []\ntags: one\n",
      found: [(.wrongType, 3, 3), (.empty, 4, 8), (.wrongType, 5, 7)]),
    Bad(
      name: "placeholders",
      text: "role: r\nbackground: use {{snapshot}}\ngoals:\n  - use {{secret}}\n  - use {{news}}\n",
      found: [(.placeholder, 4, 5), (.placeholder, 5, 5)]),
    Bad(
      name: "what no screen shows", text: "role: r\nbackground: a\u{202E}b\n",
      found: [(.character, 2, 14)]),
    Bad(
      name: "JSON cut off", text: "{\"role\": \"r\",\n \"background\": \"b\"", format: .json,
      found: [(.syntax, 2, 19)]),
    Bad(
      name: "a JSON key twice", text: "{\"role\": \"r\",\n \"role\": \"b\"}", format: .json,
      found: [(.duplicateKey, 2, 2)]),
    Bad(
      name: "JSON kinds", text: "{\"role\": \"r\", \"background\": \"b\",\n \"tags\": {}}",
      format: .json, found: [(.wrongType, 2, 10)]),
  ]

  @Test(arguments: bad) func isRefusedAtItsPlace(_ bad: Bad) {
    do {
      _ = try PromptDocument(
        parsing: bad.text, format: bad.format, role: "r", inputs: [.book])
      Issue.record("taken")
    } catch {
      let found = error.items.map { "\($0.code.rawValue) \($0.line):\($0.column)" }
      #expect(found == bad.found.map { "\($0.0.rawValue) \($0.1):\($0.2)" }, "\(error)")
    }
  }

  @Test func sizeAndDepthAreBounded() {
    let large = "role: r\nbackground: " + String(repeating: "x", count: PromptDocument.bytesMax)
    #expect(throws: PromptProblems.self) { try PromptDocument(parsing: large, format: .yaml) }
    for open in ["[", "{a: ", "- ", "? "] {
      for format in PromptFormat.allCases {
        let deep = "role: r\nbackground: \n  " + String(repeating: open, count: 20_000)
        #expect(throws: PromptProblems.self) { try PromptDocument(parsing: deep, format: format) }
      }
    }
    #expect(throws: PromptProblems.self) {
      try PromptDocument(
        parsing: String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
        format: .yaml)
    }
    let bomb =
      "a: &a [x, x]\n"
      + (0..<40).map { "b\($0): &b\($0) [*a, *a]\n" }.joined()
    #expect(throws: PromptProblems.self) { try PromptDocument(parsing: bomb, format: .yaml) }
  }

  static let whole = """
    role: r
    title: "The role"
    background: |
      First line: with a colon.

        Indented “quotes” {{snapshot}} & more.
    goals:
      - one
      - 'two # not a comment'
    constraints: never
    output_format: Short.
    parameters:
      model: deepseek-flash
      temperature: 0.25
      top_p: 1
      max_tokens: 700
      thinking: false
      reasoning_effort: low
    tags: [a, "b c"]
    """

  @Test func yamlAndJSONSayTheSame() throws {
    let first = try PromptDocument(parsing: PromptDocumentTests.whole, format: .yaml)
    #expect(first.parameters.maxTokens == 700 && first.parameters.temperature == 0.25)
    #expect(first.goals == .points(["one", "two # not a comment"]))
    #expect(try PromptDocument(parsing: first.json, format: .json) == first)
    #expect(try PromptDocument(parsing: first.yaml, format: .yaml) == first)
    let odd =
      "{\"role\":\"r\",\"background\":\"\\ud83d\\ude00 \\u0041\\n\\n\",\"goals\":\"- x: &y\"}"
    let second = try PromptDocument(parsing: odd, format: .json)
    #expect(second.background == .text("😀 A\n\n"))
    #expect(try PromptDocument(parsing: second.yaml, format: .yaml) == second)
  }

  @Test func theSchemaIsAlwaysTold() throws {
    let schema = RoleSchema(name: "answer", fields: [], mayAbstain: true)
    let document = try PromptDocument(parsing: PromptDocumentTests.whole, format: .yaml)
    let system = document.system(schema)
    #expect(system.hasSuffix(schema.promptSection))
    #expect(system.contains("Short."))
    #expect(!system.contains("{{"))
    #expect(system == document.system(schema))
  }

  /// The seed is printed with a failure; a trap ends the whole run.
  @Test func mutationsNeverTrap() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let pieces = [
      "&a", "*a", "{", "}", "[", "]", ":", "- ", "|", ">", "\"", "'", "\n", "\t", "? ", "!!int ",
      "%", "#", "\\u", "\u{0}", "é", "{{", "---\n", "...\n", "<<: ",
    ].map { Array($0.utf8) }
    var taken = 0
    for round in 0..<6_000 {
      var bytes = Array(PromptDocumentTests.whole.utf8)
      for _ in 0...next(4) {
        let place = next(bytes.count)
        switch next(3) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = UInt8(next(256))
        default: bytes.insert(contentsOf: pieces[next(pieces.count)], at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let format: PromptFormat = round % 2 == 0 ? .yaml : .json
      do {
        let document = try PromptDocument(parsing: text, format: format)
        taken += 1
        let again = try? PromptDocument(parsing: document.yaml, format: .yaml)
        #expect(again == document, "\(text)")
      } catch {
        #expect(!error.items.isEmpty)
        #expect(error.items.allSatisfy { $0.line > 0 && $0.column > 0 })
      }
    }
    #expect(taken > 100)
  }

  @Test func differencesReadLikeDiffs() {
    let old = (1...20).map { "line \($0)\n" }.joined()
    let new = old.replacing("line 10\n", with: "line ten\n")
    #expect(
      PromptDiff.unified(old, new, from: "a", to: "b")
        == """
        --- a
        +++ b
        @@ -7,7 +7,7 @@
         line 7
         line 8
         line 9
        -line 10
        +line ten
         line 11
         line 12
         line 13

        """)
    #expect(PromptDiff.unified(old, old, from: "a", to: "b") == "")
    #expect(PromptDiff.unified("", "x\n", from: "a", to: "b").contains("@@ -0,0 +1,1 @@\n+x\n"))
  }
}
