import { assert, it, layer } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Context, Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { createRequire } from "node:module"
import { join } from "node:path"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
// @boundaries-ignore a build script of the repository, which no package has
import { compressReference } from "../../../scripts/compressReference.ts"
import { ask, assertError, assertSecurity, type HttpAnswer } from "./support/Http.ts"
import { makeWorld, World, type WorldShape } from "./support/World.ts"

const source = createRequire(import.meta.url).resolve("@scalar/api-reference/browser/standalone.js")

const programOf = ({ text }: HttpAnswer): string =>
  `/${/<script src="(docs\/reference-[0-9a-f]{12}\.js)">/.exec(text)?.[1] ?? assert.fail(text)}`

/** The bytes of an answer as they were sent. */
const fetchRaw = (world: WorldShape, path: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.promise(
    () =>
      new Promise<{ status: number; headers: Readonly<Record<string, unknown>>; body: Buffer }>(
        (resolve, reject) => {
          request({ port: world.port, host: "127.0.0.1", path, agent: false, headers }, (incoming) => {
            const chunks: Array<Buffer> = []
            incoming
              .on("data", (chunk: Buffer) => chunks.push(chunk))
              .on("end", () =>
                resolve({
                  status: incoming.statusCode ?? 0,
                  headers: incoming.headers,
                  body: Buffer.concat(chunks),
                }),
              )
          })
            .on("error", reject)
            .end()
        },
      ),
  )

layer(World.layer(), { excludeTestServices: true })("the page of the API's reference", (it) => {
  it.effect(
    "has a policy that lets it run and ask nothing but this api, and no script in it that the policy does not name",
    () =>
      Effect.gen(function* () {
        const answer = yield* ask(yield* World, { path: "/docs" })
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        const policy = String(answer.headers["content-security-policy"])
        assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-[\w+/]{43}='; /)
        assert.notMatch(policy, /unsafe-eval|https?:|\*/)
        assertSecurity(answer, {
          "Content-Security-Policy": policy,
          "Cache-Control": "public, max-age=300",
        })
        for (const [, script = ""] of answer.text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)) {
          if (script !== "") assert.include(policy, createHash("sha256").update(script).digest("base64"))
        }
        assert.notMatch(answer.text, /https?:\/\//)
      }),
  )

  it.effect("names its program, which is sent as it is and may be kept for ever", () =>
    Effect.gen(function* () {
      const world = yield* World
      const path = programOf(yield* ask(world, { path: "/docs" }))
      const { body, headers, status } = yield* fetchRaw(world, path, { "Accept-Encoding": "br, gzip" })
      assert.strictEqual(status, 200)
      assert.isTrue(body.equals(readFileSync(source)))
      assert.strictEqual(headers["content-type"], "text/javascript; charset=utf-8")
      assert.strictEqual(headers["cache-control"], "public, max-age=31536000, immutable")
      assert.strictEqual(headers["vary"], "Accept-Encoding")
      assert.strictEqual(headers["content-length"], String(body.length))
      assert.isString(headers["x-correlation-id"])
      const head = yield* ask(world, { method: "HEAD", path })
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      assert.strictEqual(head.headers["content-length"], String(body.length))
    }),
  )

  it.effect("is not sent again to a client that has it", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/docs", programOf(yield* ask(world, { path: "/docs" }))]) {
        const { etag } = (yield* ask(world, { method: "HEAD", path })).headers
        for (const known of [String(etag), `"x", W/${etag}`, "*"]) {
          const again = yield* ask(world, { path, headers: { "If-None-Match": known } })
          assert.deepStrictEqual([again.status, again.text], [304, ""], known)
          assert.strictEqual(again.headers["etag"], etag)
        }
        assert.strictEqual((yield* ask(world, { path, headers: { "If-None-Match": '"x"' } })).status, 200)
      }
    }),
  )

  it.effect("has no other file, and no other method", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const path of ["/docs/reference-000000000000.js", "/docs/standalone.js", "/docs/x"]) {
        assertError(yield* ask(world, { path }), 404, "not found")
      }
      for (const path of ["/docs/", "/docs/..", "/docs/%2e%2e", "/docs/a/b", "/DOCS"]) {
        assert.strictEqual((yield* ask(world, { path })).status, 404, path)
      }
      const refused = yield* ask(world, { method: "POST", path: "/docs" })
      assertError(refused, 405, "method not allowed")
      assert.strictEqual(refused.headers["allow"], "GET, HEAD")
    }),
  )

  it.effect("may be opened by a link of another site", () =>
    Effect.gen(function* () {
      const headers = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" }
      assert.strictEqual((yield* ask(yield* World, { path: "/docs", headers })).status, 200)
    }),
  )
})

class Installed extends Context.Service<Installed, WorldShape>()("@lead-gateway/api/test/docs/Installed") {
  static readonly layer = Layer.effect(
    Installed,
    Effect.gen(function* () {
      const folder = yield* scratchFolder({})
      yield* Effect.promise(() => compressReference(source, folder, { brotliQuality: 1 }))
      return yield* makeWorld({ reference: join(folder, "reference.js") })
    }).pipe(Effect.orDie),
  )
}

layer(Installed.layer, { excludeTestServices: true })("the reference's program, compressed", (it) => {
  it.effect.each([
    ["br, gzip", "br"],
    ["gzip, deflate, br;q=0", "gzip"],
    ["gzip", "gzip"],
    ["*", "br"],
    ["identity", undefined],
    [undefined, undefined],
  ] as const)("is sent to a client that accepts %s as %s", ([accepted, encoding]) =>
    Effect.gen(function* () {
      const world = yield* Installed
      const path = programOf(yield* ask(world, { path: "/docs" }))
      const { body, headers, status } = yield* fetchRaw(
        world,
        path,
        accepted === undefined ? {} : { "Accept-Encoding": accepted },
      )
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-encoding"], encoding)
      const decoded =
        encoding === "br" ? brotliDecompressSync(body) : encoding === "gzip" ? gunzipSync(body) : body
      assert.isTrue(decoded.equals(readFileSync(source)))
      const name = /"[0-9a-f]{12}(-\w+)?"/.exec(String(headers["etag"]))
      assert.strictEqual(name?.[1], encoding === undefined ? undefined : `-${encoding}`)
    }),
  )
})

it.live("an api without the program has no such page, until it is there", () =>
  Effect.gen(function* () {
    const folder = yield* scratchFolder({})
    const reference = join(folder, "reference.js")
    const world = yield* makeWorld({ reference })
    assertError(yield* ask(world, { path: "/docs" }), 404, "not found")
    writeFileSync(reference, "// nothing")
    assert.strictEqual((yield* ask(world, { path: "/docs" })).status, 200)
  }).pipe(Effect.scoped),
)
