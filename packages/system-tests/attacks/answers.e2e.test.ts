/** What is answered to hostile requests: as the OpenAPI document says, and nothing that steers a terminal; nor does the log. */
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { Effect } from "effect"
import { rawSocket } from "./support/rawSocket.ts"
import { makeTarget } from "./support/Target.ts"

/** Controls but line feeds, and what `oneLine` of document-check shows by its code. */
const steering = /[^\P{C}\n]|[\u2028\u2029]/u

const hostile =
  "\u009b2J\u001b]0;x\u0007\u202e\u2066\u061c\u200e\u200b\ufeff\u2028\u2029\u{e0041}\u007f\u0085"
/** Without ASCII: what a request line and a header may hold. */
const unseen = hostile.replaceAll(/\p{ASCII}/gu, "")
const latin1 = (text: string) => Buffer.from(text).toString("latin1")

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends a request as it is written, and returns the first answer. */
const exchange = async (port: number, request: string): Promise<Answer> => {
  const { ended, socket } = await rawSocket(port)
  socket.end(Buffer.from(request, "latin1"))
  const text = Buffer.from(await ended(), "latin1").toString("utf8")
  const [head = "", ...rest] = text.split("\r\n\r\n")
  const [first = "", ...lines] = head.split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => [line.replace(/:.*/, "").toLowerCase(), line.replace(/^[^:]*: */, "")]),
  )
  return { status: Number(first.split(" ")[1]), headers, body: rest.join("\r\n\r\n") }
}

const get = (path: string, ...headers: ReadonlyArray<string>) =>
  [`GET ${path} HTTP/1.1`, ...headers, "Connection: close", "", ""].join("\r\n")

const post = (body: string, ...headers: ReadonlyArray<string>) =>
  [
    "POST /webhooks/leads HTTP/1.1",
    ...headers,
    `Content-Length: ${body.length}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n")

const host = "Host: 127.0.0.1"
const json = "Content-Type: application/json"
const webhook = "post /webhooks/leads"
const counts = "get /stats/leads/counts"
const recent = "get /stats/leads/recent"
const history = "get /stats/leads/{id}/history"
const lead = JSON.stringify({ email: hostile, [hostile]: [hostile], zipcode: "66123" })

/** Operation, request, status. The first one stores lead 1. */
const cases: ReadonlyArray<readonly [operation: string, request: string, status: number]> = [
  [webhook, post(latin1(lead), host, json, latin1(`User-Agent: ${unseen}`)), 200],
  [history, get("/stats/leads/1/history", host), 200],
  [history, get("/stats/leads/2/history", host), 404],
  [history, get(`/stats/leads/%C2%9B/history`, host), 404],
  [recent, get("/stats/leads/recent", host), 200],
  [recent, get("/stats/leads/recent?status=%C2%9B2J%E2%80%AE&limit=%1b", host), 400],
  [counts, get("/stats/leads/counts", host, "X-Correlation-ID: \u009b2J"), 200],
  [counts, get("/stats/leads/counts", "Host: evil.example"), 421],
  [counts, get("/stats/leads/counts", host, "Origin: http://evil.example"), 403],
  [counts, get("/stats/leads/counts", host, "Sec-Fetch-Site: cross-site"), 403],
  ["get /health/deep", get("/health/deep", host), 200],
  ["get /health/deep", get("/health/deep", "Host: \u009b"), 400],
  ["get /health/deep", get("/health/deep", "Host: evil.example"), 421],
  [webhook, post(`{"${latin1(hostile)}`, host, json), 400],
  [webhook, post(latin1(`{"a":1e99${hostile}}`), host, json), 400],
  [webhook, post(latin1(`[${JSON.stringify(hostile)}]`), host, json), 400],
  [webhook, post("{}", host, json, "Content-Type: text/plain"), 400],
  [webhook, post("{}", host, latin1("Content-Type: text/\u202e")), 415],
  [webhook, post("{}", host, json, latin1("Content-Encoding: \u202e")), 415],
  [webhook, post(`"${"x".repeat(1_100_000)}"`, host, json), 413],
  [webhook, post("{}", "Host: evil.example", json), 421],
  [webhook, post("{}", host, json, "Sec-Fetch-Site: cross-site"), 403],
]

describe("hostile requests", () => {
  it.live("are answered as documented, and neither answers nor the log steer a terminal", () =>
    Effect.gen(function* () {
      const { api, port, url } = yield* makeTarget()
      const document = yield* Effect.promise(async () => (await fetch(`${url}/openapi.json`)).json())
      const validate = validatorOf(document)
      for (const [operation, request, status] of cases) {
        const name = JSON.stringify(request.slice(0, 120))
        const answer = yield* Effect.promise(() => exchange(port, request))
        assert.strictEqual(answer.status, status, `${name} ${answer.body}`)
        assert.notMatch(JSON.stringify(answer.headers) + answer.body, steering, name)
        // Before a route is known, any path is answered 400.
        if (operation.endsWith("deep") && status === 400) continue
        validate(operation, answer)
      }
      const stored = yield* Effect.promise(async () => (await fetch(`${url}/stats/leads/1/history`)).json())
      assert.deepStrictEqual((stored as { raw_payload: unknown }).raw_payload, JSON.parse(lead))

      for (const path of [`/${unseen}`, "/\u202e", "/x\u009b"]) {
        const { body } = yield* Effect.promise(() => exchange(port, get(latin1(path), host)))
        assert.notMatch(body, steering)
      }
      const lines = api.lines()
      assert.isAbove(lines.filter((line) => line.includes("request refused")).length, 3)
      for (const line of lines) assert.notMatch(line, steering)
    }).pipe(Effect.scoped),
  )
})

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Documented>> }>>>
  >
  readonly components: { readonly headers: Readonly<Record<string, unknown>> }
}

interface Documented {
  readonly headers: Readonly<Record<string, unknown>>
  readonly content: Readonly<Record<string, unknown>>
}

/** Compares an answer with the document: its status, its headers, its content type and its body. */
const validatorOf = (found: unknown) => {
  const document = found as Document
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, "openapi")
  return (operation: string, { body, headers, status }: Answer) => {
    const [method = "", path = ""] = operation.split(" ")
    const response = document.paths[path]?.[method]?.responses[status]
    if (response === undefined) return assert.fail(`${operation} ${status} is not documented`)
    for (const name of Object.keys(response.headers)) assert.property(headers, name.toLowerCase(), operation)
    const [type = ""] = (headers["content-type"] ?? "").split(";")
    assert.property(response.content, type, operation)
    const at = [path, method, "responses", status, "content", type, "schema"].map(pointer).join("/")
    const check: ValidateFunction | undefined = ajv.getSchema(`openapi#/paths/${at}`)
    assert.isDefined(check, at)
    assert.isTrue(check?.(JSON.parse(body)), `${operation} ${status} ${ajv.errorsText(check?.errors ?? [])}`)
  }
}

const pointer = (key: string | number) =>
  encodeURIComponent(String(key).replaceAll("~", "~0").replaceAll("/", "~1"))
