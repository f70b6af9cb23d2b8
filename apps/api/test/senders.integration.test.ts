import { assert, describe, layer } from "@effect/vitest"
import { presets, type PresetName } from "@lead-gateway/webhook-verifier"
import { Duration, Effect } from "effect"
import { gzipSync } from "node:zlib"
import { ask, assertError, type HttpAnswer, post, type Question } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { hostile } from "./support/hostileSenders.ts"
import { seconds, secretOf, signers, standardHeaders, verifierOf } from "./support/senders.ts"
import { countLeads, World } from "./support/World.ts"

const operatorTokens = ["operator-token"] as const
const shared = "open-sesame-please"
const names = Object.keys(presets) as ReadonlyArray<PresetName>
const signing = names.filter((name) => name !== "google-ads")

const verifiers = names.map((preset) =>
  verifierOf(
    preset === "hubspot-v3" ? { preset, url_base: "https://leads.example" } : { preset },
    [secretOf[preset], preset === "standard-webhooks" ? `whsec_${"b2xk".repeat(8)}` : "old-secret"],
    preset === "meta" ? ["meatyhamhock"] : [],
  ),
)

const pathOf = (preset: PresetName) =>
  preset === "hubspot-v3" ? "/webhooks/leads?from=a%3Ab%2Fc" : "/webhooks/leads"

const auth = { sharedSecrets: [shared], operatorTokens, verifiers } as const

/** Sends a webhook, and checks that nothing was stored if it was refused, or had come before. */
const send = Effect.fnUntraced(function* (body: string | Uint8Array, question: Omit<Question, "body">) {
  const world = yield* World
  const before = yield* countLeads(world)
  const answer = yield* post(world, body, question)
  assert.strictEqual(
    (yield* countLeads(world)) - before,
    answer.status === 200 && !isDuplicate(answer) ? 1 : 0,
  )
  return answer
})

const isDuplicate = ({ text }: HttpAnswer) => text.includes('"duplicate":true')

/** The reason of the newest refusal in the log. */
const logged = Effect.flatMap(World, ({ log }) =>
  Effect.map(log, (lines) => lines.findLast(({ reason }) => reason !== undefined)?.["reason"]),
)

layer(World.layer({ auth, maxBodyBytes: 10_000 }), { excludeTestServices: true })("a webhook", (it) => {
  it.effect("says in the log that a shared secret is wrong, whatever else could have let the sender in", () =>
    Effect.gen(function* () {
      const answer = yield* send(leadText, { headers: { "X-Shared-Secret": "another" } })
      assertError(answer, 401, "unauthorized")
      assert.strictEqual(yield* logged, "unauthorized: the shared secret is another one")
    }),
  )

  describe.each(signing)("signed as %s signs", (preset) => {
    const path = pathOf(preset)

    it.effect("is let in, also in chunks", () =>
      Effect.gen(function* () {
        for (const chunked of [false, true]) {
          const answer = yield* send(leadText, { path, headers: signers[preset](), chunked })
          assert.strictEqual(answer.status, 200, answer.text)
        }
      }),
    )

    it.effect("makes one lead, however often a copy of it comes, and whatever key the copy has", () =>
      Effect.gen(function* () {
        const body = JSON.stringify({ ...lead, form: `copies of ${preset}` })
        const headers =
          preset === "standard-webhooks"
            ? standardHeaders({ body, id: "msg_copied" })
            : signers[preset]({ body })
        const [first, ...copies] = yield* Effect.forEach(
          [{}, {}, { "Idempotency-Key": "of-the-copy" }],
          (more) => send(body, { path, headers: { ...headers, ...more } }),
        )
        assert.isFalse(first === undefined || isDuplicate(first))
        assert.isTrue(copies.every(isDuplicate))
      }),
    )

    it.effect("is let in compressed: what is signed is the body that was compressed", () =>
      Effect.gen(function* () {
        const headers = { ...signers[preset](), "Content-Encoding": "gzip" }
        const answer = yield* send(gzipSync(leadText), { path, headers })
        assert.strictEqual(answer.status, 200, answer.text)
      }),
    )

    it.effect("is not let in with another body, secret or no signature", () =>
      Effect.gen(function* () {
        const secret = preset === "standard-webhooks" ? `whsec_${"eHh4".repeat(8)}` : "another-secret"
        for (const headers of [signers[preset]({ body: `${leadText} ` }), signers[preset]({ secret })]) {
          assertError(yield* send(leadText, { path, headers }), 401, "unauthorized")
          assert.strictEqual(yield* logged, "unauthorized: the signature is of another body, time or secret")
        }
        assertError(yield* send(leadText, { path }), 401, "unauthorized")
      }),
    )
  })

  it.effect("with the key of Google Ads is let in, and with another one not", () =>
    Effect.gen(function* () {
      const keyed = (google_key: unknown) => JSON.stringify({ ...lead, google_key })
      assert.strictEqual((yield* send(keyed(secretOf["google-ads"]), {})).status, 200)
      for (const key of ["another-key", "", null, [secretOf["google-ads"]]]) {
        assertError(yield* send(keyed(key), {}), 401, "unauthorized")
      }
    }),
  )

  it.effect("is let in by any that is configured, whatever else it has", () =>
    Effect.gen(function* () {
      const wrong = { "X-Shared-Secret": "another", "X-Hub-Signature-256": `sha256=${"0".repeat(64)}` }
      for (const headers of [
        { "X-Shared-Secret": shared },
        { ...wrong, "X-Shared-Secret": shared },
        { ...wrong, ...standardHeaders() },
        { ...signers.typeform(), ...signers.tally() },
      ]) {
        assert.strictEqual((yield* send(leadText, { headers })).status, 200)
      }
      assertError(yield* send(leadText, { headers: wrong }), 401, "unauthorized")
    }),
  )

  it.effect("keeps no signature and no secret", () =>
    Effect.gen(function* () {
      const { sql } = yield* World
      const headers = standardHeaders({ id: "msg_kept" })
      yield* send(leadText, { headers: { ...headers, ...signers.stripe(), "X-Shared-Secret": shared } })
      const [row] = yield* sql<{ readonly text: string }>`
        SELECT source_headers::text AS text FROM inbound_lead ORDER BY id DESC LIMIT 1`
      assert.include(row?.text, '"webhook-id": "msg_kept"')
      assert.include(row?.text, '"webhook-signature": "[redacted]"')
      assert.notInclude(row?.text, headers["webhook-signature"])
      assert.include(row?.text, '"stripe-signature": "[redacted]"')
      assert.notInclude(row?.text, shared)
    }),
  )

  describe("with several faults, is told of the first of them", () => {
    const plain = { "Content-Type": "text/plain" }
    const wrong = standardHeaders({ body: "{}" })
    it.effect.each([
      ["signature and type", leadText, { ...wrong, ...plain }, 401, "unauthorized"],
      ["signature and syntax", "{", wrong, 401, "unauthorized"],
      [
        "signature and size, which keeps it from being verified",
        leadText.padEnd(10_001),
        wrong,
        413,
        "payload too large",
      ],
      [
        "type and syntax",
        "{",
        { ...standardHeaders({ body: "{" }), ...plain },
        415,
        "unsupported media type; send application/json",
      ],
      [
        "an encoding that nobody can decode",
        leadText,
        { ...wrong, "Content-Encoding": "zstd" },
        415,
        "unsupported media type; send gzip, deflate, br or no content encoding",
      ],
      [
        "compression that is none",
        leadText,
        { ...standardHeaders(), "Content-Encoding": "gzip" },
        400,
        "malformed JSON payload",
      ],
      ["syntax", "{", standardHeaders({ body: "{" }), 400, "malformed JSON payload"],
      ["no object", "[]", standardHeaders({ body: "[]" }), 400, "the payload must be one JSON object"],
      ["nothing at all", "", standardHeaders({ body: "" }), 400, "malformed JSON payload"],
    ] as const)("%s", ([, body, headers, status, error]) =>
      Effect.map(send(body, { headers }), (answer) => assertError(answer, status, error)),
    )
  })
})

const standardOnly = {
  sharedSecrets: [],
  operatorTokens,
  verifiers: [
    verifierOf({ preset: "standard-webhooks" }, [`whsec_${"b2xk".repeat(8)}`, secretOf["standard-webhooks"]]),
  ],
} as const

layer(World.layer({ auth: standardOnly }), { excludeTestServices: true })(
  "an api for Standard Webhooks alone",
  (it) => {
    it.effect("lets in what is signed by either secret", () =>
      Effect.gen(function* () {
        for (const headers of [standardHeaders(), standardHeaders({ secret: `whsec_${"b2xk".repeat(8)}` })]) {
          assert.strictEqual((yield* send(leadText, { headers })).status, 200)
        }
      }),
    )

    it.effect("lets in what has the good signature among others, and white space around it", () =>
      Effect.gen(function* () {
        const headers = standardHeaders()
        const several = `v1,${"A".repeat(43)}= v2,x ${headers["webhook-signature"]} v1a,y`
        for (const value of [several, `  ${headers["webhook-signature"]}  `]) {
          assert.strictEqual(
            (yield* send(leadText, { headers: { ...headers, "webhook-signature": value } })).status,
            200,
          )
        }
      }),
    )

    it("meets at least 60 hostile requests", () => assert.isAtLeast(hostile.length, 60))

    it.effect.each(hostile.map(([name, headers, body]) => ({ name, headers, body })))(
      "refuses $name",
      ({ body = leadText, headers }) =>
        Effect.gen(function* () {
          const all = Object.fromEntries(
            Object.entries(headers()).filter(
              (entry): entry is [string, string | Array<string>] => entry[1] !== undefined,
            ),
          )
          assertError(yield* send(body, { headers: all }), 401, "unauthorized")
          assert.match(String(yield* logged), /^unauthorized: [a-z, ]+$/)
        }),
    )

    it.effect("refuses what the head shows before it has read any of the body", () =>
      Effect.gen(function* () {
        const world = yield* World
        const old = standardHeaders({ at: seconds() - 360 })
        for (const headers of [{}, old, { ...standardHeaders(), "webhook-signature": "v1,x" }]) {
          // Ten MiB are more than is accepted: 413, if the body were looked at first.
          const answer = yield* ask(world, {
            method: "POST",
            path: "/webhooks/leads",
            headers: { ...headers, "Content-Type": "application/json", "Content-Length": 10 * 1024 ** 2 },
          }).pipe(Effect.timeout("5 seconds"), Effect.orDie)
          assertError(answer, 401, "unauthorized")
        }
      }),
    )

    it.effect("refuses what has no signature before its type, size and syntax", () =>
      Effect.gen(function* () {
        const answer = yield* send("{".padEnd(2 * 1024 ** 2), { headers: { "Content-Type": "text/plain" } })
        assertError(answer, 401, "unauthorized")
      }),
    )

    it.effect("has no handshake", () =>
      Effect.gen(function* () {
        const answer = yield* ask(yield* World, { path: "/webhooks/leads?hub.challenge=1" })
        assertError(answer, 405, "method not allowed")
        assert.strictEqual(answer.headers["allow"], "POST")
      }),
    )
  },
)

layer(World.layer({ auth }), { excludeTestServices: true })("a handshake", (it) => {
  const get = (query: string, method = "GET") =>
    Effect.flatMap(World, (world) => ask(world, { method, path: `/webhooks/leads${query}` }))
  const meta = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"
  const challenge = "890e4665-4dfe-4ab1-b689-ed553bceeed0"

  it.effect("of Meta is answered with its challenge, as plain text", () =>
    Effect.gen(function* () {
      const answer = yield* get(meta)
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.text, "1158201444")
      assert.strictEqual(answer.headers["content-type"], "text/plain")
      assert.strictEqual(answer.headers["x-content-type-options"], "nosniff")
      assert.strictEqual(answer.headers["cache-control"], "no-store")
      assert.isString(answer.headers["x-correlation-id"])
    }),
  )

  it.effect("of LinkedIn is answered with an HMAC of its challenge", () =>
    Effect.gen(function* () {
      const answer = yield* get(`?challengeCode=${challenge}`)
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(JSON.parse(answer.text), {
        challengeCode: challenge,
        // OpenSSL: printf '%s' CHALLENGE | openssl dgst -sha256 -hmac linkedin-secret-of-tests -r
        challengeResponse: "5c083a928e812772cdc47273742400c5b76483b8fff3d84ffe49d848af0ef193",
      })
    }),
  )

  it.effect.each([
    [meta.replace("meatyhamhock", "other"), 401, "unauthorized"],
    [meta.replace("meatyhamhock", secretOf.meta), 401, "unauthorized"],
    [meta.replace("meatyhamhock", shared), 401, "unauthorized"],
    [meta.replace("&hub.verify_token=meatyhamhock", ""), 401, "unauthorized"],
    [meta.replace("1158201444", "%3Cb%3E"), 400, "malformed handshake"],
    [meta.replace("subscribe", "x"), 400, "malformed handshake"],
    [`?challengeCode=${encodeURIComponent(leadText)}`, 400, "malformed handshake"],
    [`?challengeCode=${encodeURIComponent(`hmacsha256=${leadText}`)}`, 400, "malformed handshake"],
    ["?x=1", 400, "malformed handshake"],
    ["", 400, "malformed handshake"],
  ] as const)("is refused: %s", ([query, status, error]) =>
    Effect.map(get(query), (answer) => assertError(answer, status, error)),
  )

  it.effect.each(["PUT", "DELETE", "PATCH"])("is no reason to answer %s", (method) =>
    Effect.gen(function* () {
      const answer = yield* get(meta, method)
      assertError(answer, 405, "method not allowed")
      assert.strictEqual(answer.headers["allow"], "GET, POST")
    }),
  )
})

layer(World.layer({ auth, senders: { idempotencyTtl: Duration.seconds(1) } }), { excludeTestServices: true })(
  "a webhook whose time is signed",
  (it) => {
    const timed = ["standard-webhooks", "hubspot-v3", "stripe", "tiktok"] as const
    it.effect.each(timed)("cannot be replayed after IDEMPOTENCY_TTL either: %s", (preset) =>
      Effect.gen(function* () {
        const body = JSON.stringify({ ...lead, form: `late copy of ${preset}` })
        const copy = { path: pathOf(preset), headers: signers[preset]({ body }) }
        assert.isFalse(isDuplicate(yield* send(body, copy)))
        yield* Effect.sleep("1500 millis")
        assert.isTrue(isDuplicate(yield* send(body, copy)))
      }),
    )
  },
)
