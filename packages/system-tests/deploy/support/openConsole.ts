/** The console, which nginx opens for a list of addresses, and for these alone. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Nginx, Question } from "./Nginx.ts"

const paths = ["/", "/?x=1", "/console", "/console/", "/console/leads?x=1", "/console/session"]
/** Other ways to write them. */
const written = ["/x/../console", "/%63onsole", "/console%2Fleads"]

const expectClosed = Effect.fnUntraced(function* (ask: Nginx["ask"]) {
  for (const path of [...paths, ...written]) {
    const { status, text } = yield* ask(path)
    const { error } = JSON.parse(text) as { error: string }
    assert.deepStrictEqual([status, error], [403, "forbidden"], path)
  }
})

/** Opens it as an operator does, and checks what is open before and afterwards, and to whom. */
export const openConsole = Effect.fnUntraced(function* (nginx: Nginx) {
  yield* expectClosed(nginx.ask)
  yield* nginx.edit(
    "snippets/access-console.conf",
    "\ndeny all;",
    "\nallow 127.0.0.2;\nallow 127.0.0.8/30;\ndeny all;",
  )
  const from =
    (address: string) =>
    (path: string, question: Question = {}) =>
      nginx.ask(path, { ...question, from: address, alone: true })
  const operator = from("127.0.0.2")
  const page = yield* Effect.repeat(operator("/console"), { until: ({ status }) => status === 200 })
  assert.match(page.text, /<html data-operator="/)
  assert.match(String(page.headers["content-security-policy"]), /script-src 'self'.*trusted-types/)
  assert.strictEqual(page.headers["strict-transport-security"], "max-age=31536000")
  const [, script = ""] = /src="(\/console\/[^"]+\.js)"/.exec(page.text) ?? []
  const { headers, status } = yield* operator(script, { headers: { "Accept-Encoding": "br" } })
  assert.deepStrictEqual([status, headers["content-encoding"]], [200, "br"])
  assert.include(headers["cache-control"], "immutable")
  const home = yield* from("127.0.0.9")("/")
  assert.deepStrictEqual([home.status, home.headers["location"]], [302, "/console"])

  // The session is one of TLS, though the api has none.
  const session = yield* operator("/console/session", {
    method: "POST",
    headers: { Authorization: "Bearer token", Origin: nginx.url, "Sec-Fetch-Site": "same-origin" },
  })
  assert.strictEqual(session.status, 204, session.text)
  assert.match(String(session.headers["set-cookie"]), /^__Host-lead_gateway=.*; HttpOnly;.*; Secure(?:,|$)/)

  assert.strictEqual((yield* operator("/metrics")).status, 403)
  yield* expectClosed(from("127.0.0.1"))
})
