// `#expect` and `#require` for expressions over noncopyable values, which the macros cannot take apart.
import Testing

func check(
  _ condition: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(condition, comment, sourceLocation: sourceLocation)
}

func require<Value>(_ value: Value?, sourceLocation: SourceLocation = #_sourceLocation) throws
  -> Value
{
  try #require(value, sourceLocation: sourceLocation)
}

func require(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
  try #require(condition, sourceLocation: sourceLocation)
}
