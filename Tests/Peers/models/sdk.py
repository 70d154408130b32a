"""The official OpenAI client drives the tests' model server: it speaks the protocol that it claims to."""

import json
import sys

import openai

import server

SCHEMA = {
    "type": "object",
    "properties": {"abstain": {"type": "boolean"}, "reason": {"type": "string"}},
    "required": ["abstain", "reason"],
    "additionalProperties": False,
}
TOOL = {
    "type": "function",
    "function": {"name": "answer", "strict": True, "parameters": SCHEMA},
}
MESSAGES = [
    {"role": "system", "content": "You watch the market. " * 60},
    {"role": "user", "content": "BTC-USDT 60000"},
]

_, port = server.start()
server.Handler.desk.answer = '{"abstain":true,"reason":"quiet"}'


def ask(case, **more):
    client = openai.OpenAI(
        api_key="test-key", base_url=f"http://127.0.0.1:{port}/{case}", max_retries=0, timeout=5
    )
    return client.chat.completions.create(model="deepseek-flash", messages=MESSAGES, **more)


def expect(what, holds):
    if not holds:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


first = ask("good", response_format={"type": "json_object"})
expect("a plain answer", json.loads(first.choices[0].message.content)["abstain"] is True)
expect("finish reason, model, fingerprint", first.choices[0].finish_reason == "stop"
       and first.model == "deepseek-flash" and first.system_fingerprint == "fp_test_1")
again = ask("good")
expect("the second prompt hits the cache", again.usage.prompt_tokens_details.cached_tokens > 0
       and first.usage.prompt_tokens_details.cached_tokens == 0)
expect("hits and misses add up", again.usage.prompt_cache_hit_tokens
       + again.usage.prompt_cache_miss_tokens == again.usage.prompt_tokens)

called = ask("good", tools=[TOOL]).choices[0]
expect("a strict tool call", called.finish_reason == "tool_calls"
       and called.message.tool_calls[0].function.name == "answer"
       and json.loads(called.message.tool_calls[0].function.arguments)["abstain"] is True)

for case in ("good", "keep_alive"):
    text, thought, reason, usage, arguments = "", "", None, None, ""
    for chunk in ask(case, stream=True, stream_options={"include_usage": True},
                     extra_body={"thinking": {"type": "enabled"}}):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            thought += getattr(choice.delta, "reasoning_content", None) or ""
            reason = choice.finish_reason or reason
    expect(f"{case}: streamed text, thought and usage", json.loads(text)["reason"] == "quiet"
           and thought == server.REASONING and reason == "stop"
           and usage.completion_tokens_details.reasoning_tokens > 0)
    for chunk in ask(case, stream=True, tools=[TOOL]):
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                arguments += call.function.arguments or ""
    expect(f"{case}: a streamed tool call", json.loads(arguments)["abstain"] is True)

for status, kind in [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (402, openai.APIStatusError),
    (404, openai.NotFoundError),
    (422, openai.UnprocessableEntityError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
    (503, openai.InternalServerError),
]:
    try:
        ask(str(status))
        expect(f"status {status} is an error", False)
    except kind as fault:
        expect(f"status {status}", fault.status_code == status)

try:
    ask("503-once")
    expect("503 the first time", False)
except openai.InternalServerError:
    expect("an answer the second time", ask("503-once").choices[0].finish_reason == "stop")

for case, reason in [
    ("length", "length"), ("filtered", "content_filter"), ("starved", "insufficient_system_resource"),
]:
    expect(f"finish reason {reason}", ask(case).choices[0].finish_reason == reason)
print("passed")
