import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { inRepository } from "../faults/support/places.ts"

const read = (path: string) => readFileSync(inRepository(path), "utf8")

/** The first group of a pattern as a number. */
const numberIn = (path: string, pattern: RegExp) => Number((pattern.exec(read(path)) ?? [])[1])

describe("the limits of nginx", () => {
  it("are those of the api", () => {
    const mebibytes = numberIn(".env.example", /^#MAX_BODY_BYTES=(\d+)MiB$/m)
    assert.strictEqual(
      numberIn("deploy/nginx/snippets/limits.conf", /^client_max_body_size (\d+)m;/m),
      mebibytes,
    )
    const documents = numberIn("apps/api/src/serve.ts", /^const documentsAtOnce = (\d+)$/m)
    const site = "deploy/nginx/conf.d/lead-gateway.conf"
    assert.strictEqual(numberIn(site, /client_max_body_size (\d+)m;/), documents * mebibytes)
    const answers = numberIn(site, /location \/api\/v1\/ \{[^}]*proxy_read_timeout (\d+)s;/)
    const preview = "apps/api/src/preview/PreviewProcess.ts"
    const turn = numberIn(preview, /^ {2}turn: Duration\.seconds\((\d+)\)/m)
    assert.isAbove(answers, turn + numberIn(preview, /^ {2}answer: Duration\.seconds\((\d+)\)/m))
    assert.isAbove(
      answers,
      numberIn("apps/api/src/handlers/replays.ts", /^const countPatience = Duration\.seconds\((\d+)\)/m),
    )
    // A stream of events is silent for so long at most.
    const silent = numberIn("apps/api/src/EventHub.ts", /^const commentEveryMs = (\d+)_000$/m)
    const events = /location = \/api\/v1\/events \{[^}]*proxy_buffering off;\s+proxy_read_timeout (\d+)m;/
    assert.isAbove(numberIn(site, events) * 60, 3 * silent)
    const listener = "packages/runtime/src/HttpListener.ts"
    const limits = "deploy/nginx/snippets/limits.conf"
    assert.strictEqual(
      numberIn(limits, /^client_body_timeout (\d+)s;/m),
      numberIn(listener, /requestTimeout = Duration\.seconds\((\d+)\)/),
    )
    assert.strictEqual(
      numberIn(limits, /^client_header_timeout (\d+)s;/m),
      numberIn(listener, /headersTimeout: Math\.min\(timeoutMs, (\d+)_000\)/),
    )
    const idle = numberIn(listener, /keepAliveTimeout: (\d+)_000/)
    assert.isBelow(numberIn("deploy/nginx/nginx.conf", /^\s+keepalive_timeout (\d+)s;/m), idle)
  })
})
