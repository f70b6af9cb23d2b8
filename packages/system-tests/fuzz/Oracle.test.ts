/** The fuzzer's own readers and rules: each finds what it is there for. */
import { assert, describe, it } from "@effect/vitest"
import { type ApiName, apis, secrets } from "./generate/apis.ts"
import { type Ending, type FuzzCase } from "./generate/Case.ts"
import { readAnswers } from "./oracle/AnswerReader.ts"
import { expectedOf } from "./oracle/Expected.ts"
import { judge } from "./oracle/judge.ts"
import type { Exchange, Verdict } from "./oracle/Verdict.ts"
import { meaningOf, readJson } from "./oracle/JsonReader.ts"
import { readRequests } from "./oracle/RequestReader.ts"
import { readCorpus } from "./support/corpus.ts"

const body = '{"a":1}'
const webhook = `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"

const read = (text: string) => readRequests(Buffer.from(text, "latin1"))

describe("the reader of JSON", () => {
  it("agrees with the names of the corpus on what is JSON", () => {
    const { payloads } = readCorpus()
    const wrong = payloads.filter(({ name, bytes }) => {
      const isJson = readJson(bytes.toString()) !== undefined
      return (name.startsWith("y_") && !isJson) || (name.startsWith("n_") && isJson)
    })
    assert.deepStrictEqual(
      wrong.map(({ name }) => name),
      [],
    )
    assert.isAbove(payloads.length, 80)
  })

  it.each([
    ['{"a":1.50,"b":[1e2]}', '{"b":[100],"a":15e-1}', true],
    ['{"a":1,"a":2}', '{"a":2}', true],
    ['{"a":"\\u0000\\ud800"}', '{"a":"\ufffd\ufffd"}', true],
    ["[-0,0.0,0e9]", "[0,0,0]", true],
    ["[12345678901234567890]", "[12345678901234567891]", false],
    ["[1e400]", "[1e399]", false],
    ['["1"]', "[1]", false],
    ['{"__proto__":1}', "{}", false],
    ['["ä"]', '["a\u0308"]', false],
  ])("compares the meaning of %s and %s", (left, right, areEqual) => {
    const meanings = [left, right].map((text) => {
      const value = readJson(text)?.value ?? assert.fail(`${text} is JSON`)
      return meaningOf(value)
    })
    assert.strictEqual(meanings[0] === meanings[1], areEqual)
  })
})

describe("the reader of requests", () => {
  it.each([
    ["two in one write", webhook + health, 2, "clean"],
    [
      "one in chunks",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
      1,
      "clean",
    ],
    ["the last one has no end", health + webhook.slice(0, -1), 1, "incomplete"],
    ["half a head", "GET /health HTTP/1.1\r\nHost: loc", 0, "incomplete"],
    [
      "a length beside a coding",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      0,
      "malformed",
    ],
    ["two lengths", `GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n`, 0, "malformed"],
    ["a folded line", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 0, "malformed"],
    ["a bare LF", "GET / HTTP/1.1\nA: b\r\n\r\n", 0, "malformed"],
    [
      "a chunk that is longer than it says",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
      0,
      "malformed",
    ],
    [
      "more after the last one",
      health.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + health,
      1,
      "after-close",
    ],
  ])("finds %s", (_, text, count, tail) => {
    const stream = read(text)
    assert.strictEqual(stream.requests.length, count)
    assert.strictEqual(stream.tail.kind, tail)
  })
})

describe("the table of allowed answers", () => {
  const allowed = (text: string, api: ApiName = "open") => {
    const [request] = read(text).requests
    return [...expectedOf(request ?? assert.fail("a request"), apis[api]).statuses].toSorted((a, b) => a - b)
  }
  const post = (head: string, content = body) =>
    `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\n${head}Content-Length: ${Buffer.byteLength(content)}\r\n\r\n${content}`

  it.each([
    ["a lead", post(""), [200]],
    ["no JSON", post("", "{"), [400]],
    ["a list", post("", "[]"), [400]],
    ["513 levels", post("", `{"a":${"[".repeat(512)}${"]".repeat(512)}}`), [400]],
    ["512 levels", post("", `{"a":${"[".repeat(511)}${"]".repeat(511)}}`), [200]],
    ["another type", post("Content-Type: text/plain\r\n"), [415]],
    ["another encoding", post("Content-Encoding: zstd\r\n"), [415]],
    ["what is no gzip", post("Content-Encoding: gzip\r\n"), [400, 413]],
    ["too much", post("", `{"a":"${"x".repeat(1024 * 1024)}"}`), [413]],
    ["two hosts", post("Host: localhost\r\n"), [200, 400]],
    ["no host", webhook.replace("Host: localhost\r\n", ""), [400]],
    ["an unknown path", health.replace("health", "healthy"), [404]],
    ["a path in upper case", health.replace("health", "HEALTH"), [200, 400, 404]],
    ["another method", health.replace("GET", "PUT"), [405]],
    ["two spaces before the version", health.replace(" HTTP", "  HTTP"), [200, 400]],
    ["a large head without a host", `GET /${"a".repeat(15_000)} HTTP/1.1\r\n\r\n`, [400, 431]],
    ["the beginning of HTTP/2", "PRI /health HTTP/1.1\r\n\r\n", [400, 408]],
  ])("knows what %s may be answered", (_, text, statuses) => {
    assert.deepStrictEqual(allowed(text), statuses)
  })

  it("requires secrets of the guarded api", () => {
    assert.deepStrictEqual(allowed(post(""), "guarded"), [401])
    assert.deepStrictEqual(allowed(post(`X-Shared-Secret: ${secrets.sender}\r\n`), "guarded"), [200])
    assert.deepStrictEqual(allowed(health.replace("health", "stats/leads/counts"), "guarded"), [401])
    assert.deepStrictEqual(allowed(health, "guarded"), [200])
  })
})

describe("the judge", () => {
  const id = "X-Correlation-ID: 1\r\n"
  const answer = (status: number, content: string, headers = id) =>
    `HTTP/1.1 ${status} Text\r\nContent-Type: application/json\r\n${headers}Content-Length: ${content.length}\r\n\r\n${content}`
  const receipt = answer(200, '{"lead_id":7,"status":"RECEIVED","correlation_id":"1"}')
  const ok = answer(200, "OK")
  const refused = answer(400, '{"error":"bad request","correlation_id":"1"}')
  const closing = answer(400, '{"error":"bad request","correlation_id":"1"}', `${id}Connection: close\r\n`)

  const judged = (
    sent: string,
    received: string,
    ending: Ending = "wait",
    duringOutage = false,
    others: Partial<Exchange> = {},
    parts = 1,
  ): Verdict => {
    const bytes = Buffer.from(sent, "latin1")
    const writes = Array.from({ length: parts }, (_, index) => ({
      bytes: bytes.subarray((bytes.length * index) / parts, (bytes.length * (index + 1)) / parts),
      pauseMs: 0,
    }))
    const of: FuzzCase = { number: 1, origin: "a test", api: "open", writes, ending }
    return judge(of, readRequests(bytes), {
      received: Buffer.from(received, "latin1"),
      end: "closed",
      duringOutage,
      onSharedMachine: false,
      ...others,
    })
  }

  it("finds nothing where every request has its answer, and keeps what must be stored", () => {
    const verdict = judged(webhook + health, receipt + ok)
    assert.deepStrictEqual(verdict.findings, [])
    assert.deepStrictEqual(verdict.acknowledged, [{ leadId: 7, meaning: '{"a":#1e0}' }])
    assert.deepStrictEqual(judged(`${health}nonsense\r\n\r\n`, ok + closing).findings, [])
  })

  it.each([
    ["a 500", health, answer(500, '{"error":"internal server error","correlation_id":"1"}')],
    ["400 instead of 200", webhook, refused],
    ["no answer", webhook + health, receipt],
    ["more answers than requests", webhook, receipt + ok],
    ["a lead of no request", "POST /webhooks/leads HTTP/1.1\nA: b\r\n\r\n{}", receipt],
    ["malformed answer", health, "HTTP/1.1 200 OK\r\nX-Correlation-ID: 1\r\n\r\nOK"],
    ["partial answer", health, ok.slice(0, -1)],
    ["no correlation id", health, answer(200, "OK", "")],
    ["another correlation id", health.replace("\r\n\r\n", "\r\nX-Correlation-ID: 2\r\n\r\n"), ok],
    ["malformed error", health.replace("GET", "PUT"), answer(405, "no JSON", `${id}Allow: GET\r\n`)],
    [
      "no allow",
      health.replace("GET", "PUT"),
      answer(405, '{"error":"method not allowed","correlation_id":"1"}'),
    ],
    ["malformed receipt", webhook, answer(200, "{}")],
    ["unasked 100 Continue", health, `HTTP/1.1 100 Continue\r\n\r\n${ok}`],
    ["closed without need", health + health, answer(200, "OK", `${id}Connection: close\r\n`)],
  ])("finds %s", (kind, sent, received) => {
    assert.include(
      judged(sent, received).findings.map((finding) => finding.kind),
      kind,
    )
  })

  it("accepts 503 where it was asked for, and then a lead that nobody was told of", () => {
    const unavailable = answer(
      503,
      '{"error":"database error","correlation_id":"1"}',
      `${id}Retry-After: 5\r\n`,
    )
    assert.deepStrictEqual(judged(webhook, unavailable, "wait", true).findings, [])
    assert.lengthOf(judged(webhook, unavailable, "wait", true).unseen, 1)
    assert.lengthOf(judged(webhook, unavailable).findings, 1)
    assert.lengthOf(judged(webhook, "", "reset").unseen, 1)
    assert.lengthOf(judged(webhook, "", "half-close").unseen, 0)
  })

  it("excuses what lacks time on a shared machine alone, and nothing else", () => {
    const error = (text: string) => `{"error":"${text}","correlation_id":"1"}`
    const retry = `${id}Retry-After: 5\r\n`
    const shared = { onSharedMachine: true }
    const shed = judged(webhook, answer(503, error("overloaded"), retry), "wait", false, shared)
    assert.deepStrictEqual([shed.findings.length, shed.excused.length, shed.unseen.length], [0, 1, 1])
    const early = judged(webhook.slice(0, -1), answer(503, error("overloaded"), retry), "wait", false, shared)
    assert.deepStrictEqual([early.findings.length, early.excused.length], [0, 1])
    const late = judged(webhook, "", "wait", false, { ...shared, end: "timeout" })
    assert.deepStrictEqual([late.findings.length, late.excused.length, late.unseen.length], [0, 1, 1])
    assert.lengthOf(judged(webhook, answer(503, error("overloaded"), retry)).findings, 1)
    assert.lengthOf(judged(webhook, "", "wait", false, { end: "timeout" }).findings, 2)
    // The rest of a refused body may have come too late.
    const cut = (others: Partial<Exchange>, parts: number) =>
      judged(webhook + health, refused, "wait", false, others, parts)
    const kinds = ({ excused, findings }: Verdict) =>
      [findings, excused].map((all) => all.map(({ kind }) => kind))
    assert.deepStrictEqual(kinds(cut(shared, 2)), [["400 instead of 200"], ["no answer"]])
    assert.deepStrictEqual(kinds(cut(shared, 1)), [["400 instead of 200", "no answer"], []])
    assert.deepStrictEqual(kinds(cut({}, 2)), [["400 instead of 200", "no answer"], []])
    assert.lengthOf(
      judged(webhook, answer(503, error("database error"), retry), "wait", false, shared).findings,
      1,
    )
    assert.lengthOf(judged(webhook + health, receipt, "wait", false, shared).findings, 1)
    assert.lengthOf(
      judged(webhook, answer(500, error("internal server error")), "wait", false, shared).findings,
      1,
    )
  })

  it("accepts a close behind a refused body in chunks that is longer than what is discarded, and no other", () => {
    const chunked = (length: number) =>
      `POST /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${length.toString(16)}\r\n${"x".repeat(length)}\r\n0\r\n\r\n`
    const unknown = answer(404, '{"error":"not found","correlation_id":"1"}')
    assert.deepStrictEqual(judged(chunked(17_000) + health, unknown).findings, [])
    assert.lengthOf(judged(chunked(1_000) + health, unknown).findings, 1)
    const counted = `POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17000\r\n\r\n${"x".repeat(17_000)}`
    assert.lengthOf(judged(counted + health, unknown).findings, 1)
  })

  it("accepts a close after an unread body that was announced, and not after an expectation without a body", () => {
    const last = answer(200, "OK", `${id}Connection: close\r\n`)
    const announced = health.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab")
    assert.deepStrictEqual(judged(announced + health, last).findings, [])
    assert.lengthOf(judged(announced.replace("2\r\n\r\nab", "0\r\n\r\n") + health, last).findings, 1)
    assert.lengthOf(judged(announced + health, `HTTP/1.1 100 Continue\r\n\r\n${last}`).findings, 1)
  })

  it("reads no body of the answer to a HEAD, be its head malformed", () => {
    const head = closing.slice(0, closing.indexOf("{"))
    assert.deepStrictEqual(judged("HEAD /health HTTP/2.0\r\nHost: localhost\r\n\r\n", head).findings, [])
    assert.lengthOf(judged("GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n", head).findings, 1)
  })

  it("reads an answer in chunks, and refuses headers that are there twice", () => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n"
    assert.strictEqual(readAnswers(Buffer.from(chunked), ["GET"]).answers[0]?.body.toString(), "OK")
    assert.isDefined(readAnswers(Buffer.from(answer(200, "OK", id + id)), ["GET"]).fault)
  })
})
