import { ApiError, createClient, type LiveEvent } from "@lead-gateway/client"
import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { parse, stringify } from "../src/Json.ts"

type Fetch = typeof globalThis.fetch
interface Sent {
  readonly url: string
  readonly headers: Headers
  readonly method: string
  readonly body: string
}

/** A `fetch` that answers one after the other, and what it was asked. */
const stub = (...answers: ReadonlyArray<() => Response | Promise<Response>>) => {
  const sent: Array<Sent> = []
  const fetch: Fetch = async (input, init = {}) => {
    const answer =
      answers[Math.min(sent.length, answers.length - 1)] ?? assert.fail("asked without an answer")
    const body = typeof init.body === "string" ? init.body : ""
    sent.push({
      url: new Request(input).url,
      headers: new Headers(init.headers),
      method: init.method ?? "",
      body,
    })
    return answer()
  }
  return { fetch, sent }
}

const failureOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => assert.fail("no error"),
    (error: unknown) => error,
  )

describe("numbers", () => {
  const texts = [
    "12345678901234567890",
    "0.1234567890123456789",
    "1e400",
    "-9007199254740993",
    "123456789012345.678901",
  ]
  it.each(texts)("that a double cannot hold keep their digits: %s", (text) => {
    const value = parse(`{"a":[${text}]}`)
    assert.strictEqual(JSON.stringify(value), `{"a":[${text}]}`)
    assert.deepStrictEqual(Object.entries((value as { a: ReadonlyArray<object> }).a[0] ?? {}), [
      ["rawJSON", text],
    ])
  })

  it.each([
    "1",
    "1.50",
    "0",
    "-0",
    "9007199254740992",
    "1e3",
    "0.1",
    "1000000000000000000000",
    "1E-7",
    "0.0000000e0",
  ])("that it can hold are numbers: %s", (text) => assert.deepStrictEqual(parse(`[${text}]`), [Number(text)]))

  it("are sent with every digit, as bigints or as they came", () => {
    assert.strictEqual(
      stringify({ a: 12345678901234567890n, b: parse("[1e400]") }),
      '{"a":12345678901234567890,"b":[1e400]}',
    )
  })

  it("in texts are texts", () => {
    assert.deepStrictEqual(parse('{"a":"12345678901234567890"}'), { a: "12345678901234567890" })
  })
})

describe("a request", () => {
  it("has the path's parameter, the query and the secrets in their places", async () => {
    const { fetch, sent } = stub(() => Response.json({ data: [], next_cursor: null }))
    const client = createClient({ url: "https://x.example/gw/", token: "t", sharedSecret: () => "s", fetch })
    await client.leads.list(
      { email: "a+b@c.de", limit: 2 },
      { correlationId: "c-1", headers: { "x-own": "1" } },
    )
    await client.leads.send({ a: 1 }, { idempotencyKey: "k" })
    await client.leads.get(7)
    assert.deepStrictEqual(
      sent.map(({ method, url }) => `${method} ${url}`),
      [
        "GET https://x.example/gw/api/v1/leads?email=a%2Bb%40c.de&limit=2",
        "POST https://x.example/gw/webhooks/leads",
        "GET https://x.example/gw/api/v1/leads/7",
      ],
    )
    assert.deepStrictEqual(Object.fromEntries(sent[0]?.headers ?? []), {
      authorization: "Bearer t",
      "x-correlation-id": "c-1",
      "x-own": "1",
    })
    // A sender's secret and an operator's token go only to their own routes.
    assert.deepStrictEqual(Object.fromEntries(sent[1]?.headers ?? []), {
      "content-type": "application/json",
      "idempotency-key": "k",
      "x-shared-secret": "s",
    })
  })

  it("ends with its signal, and a failure of the network is that of fetch", async () => {
    const client = createClient({ url: "http://127.0.0.1:1" })
    assert.instanceOf(await failureOf(client.ledger()), TypeError)
    const reason = new Error("enough")
    assert.strictEqual(await failureOf(client.ledger({ signal: AbortSignal.abort(reason) })), reason)
  })
})

describe("an error", () => {
  const now = Date.UTC(2026, 0, 21)
  const later = new Date(now + 60_000).toUTCString()
  beforeEach(() => void vi.useFakeTimers({ now, toFake: ["Date"] }))
  afterEach(() => void vi.useRealTimers())

  it.each([
    [
      "of the api",
      { error: "database error", correlation_id: "c" },
      { "retry-after": "7" },
      ["database error", "c", 7],
    ],
    ["with a date", { error: "x", correlation_id: "c" }, { "retry-after": later }, ["x", "c", 60]],
    ["of a proxy", "<h1>Bad gateway", { "x-correlation-id": "h" }, ["unexpected answer", "h", undefined]],
    ["with another body", [1], { "retry-after": "soon" }, ["unexpected answer", undefined, undefined]],
    ["with null", null, {}, ["unexpected answer", undefined, undefined]],
  ] as const)("%s has what it says", async (_, body, headers, [error, correlationId, retryAfter]) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const { fetch, sent } = stub(() => new Response(text, { status: 503, headers }))
    const failed = await failureOf(createClient({ url: "http://x", fetch }).ledger())
    assert.instanceOf(failed, ApiError)
    if (!(failed instanceof ApiError)) return
    assert.deepStrictEqual([failed.status, failed.error, failed.correlationId], [503, error, correlationId])
    assert.strictEqual(failed.retryAfter, retryAfter)
    assert.strictEqual(failed.message, `503 ${error}`)
    assert.lengthOf(sent, 1)
  })
})

describe("events", () => {
  const stream =
    (...chunks: ReadonlyArray<string>) =>
    () =>
      new Response(new Blob([chunks.join("")]).stream())
  const lead = (id: number) => `id: ${id}.0\nevent: lead\ndata: {"id":${id},"status":"READY","at":"t"}\n\n`

  const collect = async (fetch: Fetch, most: number, lastEventId?: string) => {
    const seen: Array<LiveEvent> = []
    const errors: Array<unknown> = []
    let opened = 0
    const options = {
      onOpen: () => void opened++,
      onError: (error: unknown) => void errors.push(error),
      ...(lastEventId && { lastEventId }),
    }
    for await (const event of createClient({ url: "http://x", fetch }).events(options)) {
      seen.push(event)
      if (seen.length === most) break
    }
    return { seen, errors, opened }
  }

  it("are read across chunks, line ends and reconnections, after the last one that was seen", async () => {
    const text = `retry: 1\n: hello\n\n${lead(1)}`
    const bytes = Array.from(text.replaceAll("\n", "\r\n"), (letter) => new TextEncoder().encode(letter))
    const { fetch, sent } = stub(
      () => new Response(ReadableStream.from(bytes) as never),
      () => new Response("{}", { status: 503 }),
      () => Promise.reject(new TypeError("reset by peer")),
      stream(lead(2), 'event: skipped\ndata: {"count":3}\n\n', "event: unknown\ndata: x\n\n"),
      stream("event: reset\ndata: {}\n\n"),
      stream(lead(9)),
    )
    const { errors, opened, seen } = await collect(fetch, 5, "0.0")
    assert.deepStrictEqual(
      seen.map((event) => (event.event === "lead" ? event.data.id : event.event)),
      [1, 2, "skipped", "reset", 9],
    )
    assert.deepStrictEqual(
      sent.map(({ headers }) => headers.get("last-event-id")),
      ["0.0", "1.0", "1.0", "1.0", "2.0", null],
    )
    assert.lengthOf(errors, 2)
    assert.strictEqual(opened, 4)
  })

  it("end with an error that trying again does not mend", async () => {
    const { fetch, sent } = stub(() => Response.json({ error: "forbidden" }, { status: 403 }))
    const failed = await failureOf(collect(fetch, 1))
    assert.strictEqual(failed instanceof ApiError && failed.status, 403)
    assert.lengthOf(sent, 1)
  })

  it("end without one when the signal aborts, also while waiting, and release the connection", async () => {
    const { fetch } = stub(() => new Response("{}", { status: 503, headers: { "retry-after": "3600" } }))
    const signal = AbortSignal.timeout(50)
    for await (const _ of createClient({ url: "http://x", fetch }).events({ signal })) assert.fail("no event")
    let isCancelled = false
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(lead(1))),
      cancel: () => {
        isCancelled = true
      },
    })
    assert.lengthOf((await collect(stub(() => new Response(body)).fetch, 1)).seen, 1)
    assert.isTrue(isCancelled)
  })
})
