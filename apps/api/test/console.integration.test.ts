import { assert, it, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { setTimeout } from "node:timers/promises"
import { ask, assertError, assertSecurity } from "./support/Http.ts"
import { makeWorld, World } from "./support/World.ts"

const fileOf = (name: string, contentType: string, text: string) => ({
  name,
  contentType,
  body: Buffer.from(text),
})

const script = "/console/console-A1B2C3D4.js"
const files = [
  fileOf(
    "index.html",
    "text/html; charset=utf-8",
    `<html data-operator="null" lang="en"><script src="${script}"></script></html>`,
  ),
  fileOf("console-A1B2C3D4.js", "text/javascript; charset=utf-8", "let a = 1;".repeat(50)),
]
const console = () => Promise.resolve(files)
const auth = { sharedSecrets: ["of-senders-1"], operatorTokens: ["of-operators-1"] }

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

/** As a page of the console's own asks, with a session. */
const signedIn = {
  Cookie: `lead_gateway=${Buffer.from("of-operators-1").toString("base64url")}`,
  "Sec-Fetch-Site": "same-origin",
}

const ofPages = { "Content-Security-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin" }

layer(World.layer({ console, auth }), { excludeTestServices: true })("the console", (it) => {
  it.effect("is one page at each of its addresses, whose policy is as strict as can be", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of [
        "/console",
        "/console/leads",
        "/console/leads/123",
        "/console/leads?status=FAILED",
      ]) {
        const answer = yield* ask(world, { path })
        assert.strictEqual(answer.status, 200, path)
        assert.strictEqual(answer.text, files[0]?.body.toString())
        assert.strictEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        assertSecurity(answer, { ...ofPages, "Cache-Control": "no-cache" })
        assert.strictEqual(answer.headers.vary, "Accept-Encoding, Cookie")
      }
    }),
  )

  it.effect("is led to from the root", () =>
    Effect.gen(function* () {
      const answer = yield* ask(yield* World, { path: "/" })
      assert.deepStrictEqual([answer.status, answer.headers.location], [302, "/console"])
    }),
  )

  it.effect("is not kept by any cache once it says who is signed in", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { etag } = (yield* ask(world, { path: "/console" })).headers
      const answer = yield* ask(world, {
        path: "/console",
        headers: { ...signedIn, "If-None-Match": String(etag) },
      })
      assert.strictEqual(answer.status, 200)
      assert.include(
        answer.text,
        '<html data-operator="{&#34;name&#34;:&#34;operator&#34;,&#34;role&#34;:&#34;admin',
      )
      assertSecurity(answer, { ...ofPages, "Cache-Control": "no-store" })
      assert.isUndefined(answer.headers.etag)
      const head = yield* ask(world, { method: "HEAD", path: "/console", headers: signedIn })
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      assert.strictEqual(head.headers["content-length"], String(Buffer.byteLength(answer.text)))
    }),
  )

  it.effect("names files that are kept for ever, in the encoding that a browser reads", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const [accepted, encoding] of [
        ["gzip, deflate, br, zstd", "br"],
        ["gzip", "gzip"],
        [undefined, undefined],
      ]) {
        const headers = accepted === undefined ? {} : { "Accept-Encoding": accepted }
        const answer = yield* ask(world, { method: "HEAD", path: script, headers })
        assert.deepStrictEqual([answer.status, answer.headers["content-encoding"]], [200, encoding])
        assert.strictEqual(answer.headers.vary, "Accept-Encoding")
        assertSecurity(answer, { "Cache-Control": "public, max-age=31536000, immutable" })
      }
    }),
  )

  it.effect("is not sent again to a browser that has it", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/console", script]) {
        const { etag } = (yield* ask(world, { method: "HEAD", path })).headers
        const again = yield* ask(world, { path, headers: { "If-None-Match": String(etag) } })
        assert.deepStrictEqual([again.status, again.text, again.headers.etag], [304, "", etag], path)
        const other = yield* ask(world, { path, headers: { "If-None-Match": '"other"' } })
        assert.strictEqual(other.status, 200, path)
      }
    }),
  )

  it.effect("has no other file, and no other method", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/console/console-00000000.js", "/console/index.html", "/console/x/.env"]) {
        assertError(yield* ask(world, { path }), 404, "not found")
      }
      for (const path of ["/console/", "/console/..", "/console/%2e%2e/x", "/CONSOLE"]) {
        assert.strictEqual((yield* ask(world, { path })).status, 404, path)
      }
      const refused = yield* ask(world, { method: "POST", path: "/console" })
      assertError(refused, 405, "method not allowed")
      assert.strictEqual(refused.headers.allow, "GET, HEAD")
    }),
  )

  it.effect("is of this host alone, and may be linked to", () =>
    Effect.gen(function* () {
      const world = yield* World
      const linked = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" }
      for (const path of ["/", "/console", "/console/leads/1"]) {
        const foreign = yield* ask(world, { path, headers: { Host: "rebind.test" } })
        assertError(foreign, 421, "unknown host; API_ALLOWED_HOSTS names the hosts that are allowed")
        assert.isBelow((yield* ask(world, { path, headers: linked })).status, 400, path)
      }
    }),
  )
})

it.live("where nobody signs in, the page says that everybody is an admin", () =>
  Effect.gen(function* () {
    const answer = yield* ask(yield* makeWorld({ console }), { path: "/console" })
    assert.include(answer.text, "&#34;via&#34;:&#34;open&#34;")
    assertSecurity(answer, { ...ofPages, "Cache-Control": "no-store" })
  }).pipe(Effect.scoped),
)

it.live("an api without the files has no console, until they are there", () =>
  Effect.gen(function* () {
    let isThere = false
    const world = yield* makeWorld({
      console: () => (isThere ? console() : Promise.reject(new Error("no such folder"))),
    })
    assertError(yield* ask(world, { path: "/console" }), 404, "not found")
    isThere = true
    assert.strictEqual((yield* ask(world, { path: "/console" })).status, 200)
  }).pipe(Effect.scoped),
)

it.live("a page that somebody waits for is answered before the api stops", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    let began = () => {}
    const asked = new Promise<void>((resolve) => (began = resolve))
    const load = async () => {
      began()
      await setTimeout(300)
      return files
    }
    const world = yield* Scope.provide(makeWorld({ console: load }), scope)
    const asking = yield* Effect.forkChild(ask(world, { path: "/console" }))
    yield* Effect.promise(() => asked)
    yield* Scope.close(scope, Exit.void)
    assert.strictEqual((yield* Fiber.join(asking)).status, 200)
  }),
)
