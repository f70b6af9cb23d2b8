import { assert, describe, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { statuses, webhook } from "./support/raw.ts"
import { secretOf, signers, standardHeaders, verifierOf } from "./support/senders.ts"
import { countLeads, World } from "./support/World.ts"

const loopback = { address: "127.0.0.0", prefix: 8, family: "ipv4" } as const
const clients = { trustedProxies: [loopback], intakeRateLimit: Option.some({ count: 3, perMs: 3_600_000 }) }
const auth = { sharedSecrets: ["a-secret"], operatorTokens: ["a-token"] } as const

const from = (address: string, secret = "a-secret") => ({
  headers: { "X-Forwarded-For": address, "X-Shared-Secret": secret },
})

layer(World.layer({ clients, auth }), { excludeTestServices: true })("with INTAKE_RATE_LIMIT", (it) => {
  describe("a sender", () => {
    it.effect("who has sent as many webhooks as allowed gets 429 and when to come back, others do not", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) {
          assert.strictEqual((yield* post(world, leadText, from("203.0.113.1"))).status, 200)
        }
        const refused = yield* post(world, leadText, from("203.0.113.1"))
        assertError(refused, 429, "too many requests")
        // A third of an hour, less what has passed.
        assert.isAtMost(Number(refused.headers["retry-after"]), 1200)
        assert.isAtLeast(Number(refused.headers["retry-after"]), 1140)
        assert.strictEqual((yield* post(world, leadText, from("203.0.113.2"))).status, 200)
        assert.strictEqual(yield* countLeads(world), 4)
      }),
    )

    it.effect("who guesses secrets is limited too, before the secret is looked at", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) {
          assertError(yield* post(world, leadText, from("203.0.113.3", `guess ${i}`)), 401, "unauthorized")
        }
        assertError(yield* post(world, leadText, from("203.0.113.3", "guess 3")), 429, "too many requests")
      }),
    )

    it.effect("is a whole network of IPv6", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 3; i++) yield* post(world, leadText, from(`2001:db8::${i}`))
        assertError(yield* post(world, leadText, from("2001:db8::ffff")), 429, "too many requests")
        assert.strictEqual((yield* post(world, leadText, from("2001:db8:0:1::1"))).status, 200)
      }),
    )

    it.effect("limits nobody who asks for health or statistics", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (let i = 0; i < 10; i++) {
          const headers = { Authorization: "Bearer a-token" }
          assert.strictEqual((yield* ask(world, { path: "/livez" })).status, 200)
          assert.strictEqual((yield* ask(world, { path: "/stats/leads/counts", headers })).status, 200)
        }
      }),
    )
  })
})

const verifiers = [
  verifierOf({ preset: "standard-webhooks" }, [
    secretOf["standard-webhooks"],
    `whsec_${Buffer.from("the secret of another sender").toString("base64")}`,
  ]),
  verifierOf({ preset: "meta" }, [secretOf.meta], ["meatyhamhock"]),
  verifierOf({ token_in_header: "X-Token" }, ["the first token", "the second token"]),
]
const byCredential = {
  clients: { ...clients, intakeRateBy: "credential" },
  auth: { ...auth, sharedSecrets: ["a-secret", "b-secret"], verifiers },
} as const

/** A webhook of its own: a signature's copies would be duplicates. */
let sent = 0
const bodyOfItsOwn = () => JSON.stringify({ ...JSON.parse(leadText), number: sent++ })

/** Those who know a secret, by the headers of a body. */
const senders: Readonly<Record<string, (body: string) => Readonly<Record<string, string>>>> = {
  "a shared secret": () => ({ "X-Shared-Secret": "a-secret" }),
  "another shared secret": () => ({ "X-Shared-Secret": "b-secret" }),
  "a signing secret": (body) => standardHeaders({ body, id: `msg_${sent}` }),
  "another signing secret": (body) =>
    standardHeaders({
      body,
      id: `msg_${sent}`,
      secret: `whsec_${Buffer.from("the secret of another sender").toString("base64")}`,
    }),
  "the secret of another verifier": (body) => signers.meta({ body }),
  "a token": () => ({ "X-Token": "the first token" }),
  "another token": () => ({ "X-Token": "the second token" }),
}

layer(World.layer(byCredential), { excludeTestServices: true })("with INTAKE_RATE_BY=credential", (it) => {
  const send = Effect.fnUntraced(function* (headers: Readonly<Record<string, string>>, body: string) {
    return yield* post(yield* World, body, { headers })
  })

  it.effect.each(Object.entries(senders))(
    "%s has a share of its own, whatever the address",
    ([, headersOf]) =>
      Effect.gen(function* () {
        for (let i = 0; i < 3; i++) {
          const body = bodyOfItsOwn()
          // The address of all others too.
          const headers = { ...headersOf(body), "X-Forwarded-For": "203.0.113.10" }
          assert.strictEqual((yield* send(headers, body)).status, 200)
        }
        const world = yield* World
        const stored = yield* countLeads(world)
        const body = bodyOfItsOwn()
        const refused = yield* send({ ...headersOf(body), "X-Forwarded-For": "203.0.113.11" }, body)
        assertError(refused, 429, "too many requests")
        assert.isAtMost(Number(refused.headers["retry-after"]), 1200)
        assert.isAtLeast(Number(refused.headers["retry-after"]), 1140)
        assert.strictEqual(yield* countLeads(world), stored)
      }),
  )

  const guesses: Readonly<Record<string, (i: number, body: string) => Readonly<Record<string, string>>>> = {
    "shared secrets": (i) => ({ "X-Shared-Secret": `guess ${i}` }),
    tokens: (i) => ({ "X-Token": `guess ${i}` }),
    signatures: (i) => ({ "X-Hub-Signature-256": `sha256=${String(i).repeat(64)}` }),
    "signatures of bodies that cannot be decoded": (i) => ({
      "X-Hub-Signature-256": `sha256=${String(i).repeat(64)}`,
      "Content-Encoding": "none",
    }),
    nothing: () => ({}),
  }
  it.effect.each(Object.entries(guesses))(
    "who guesses %s is limited by address, a right guess included",
    ([what, guessOf]) =>
      Effect.gen(function* () {
        const address = { "X-Forwarded-For": `198.51.100.${what.length}` }
        for (let i = 0; i < 3; i++) {
          const answer = yield* send({ ...guessOf(i, leadText), ...address }, leadText)
          assert.include([401, 415], answer.status)
        }
        assertError(yield* send({ ...guessOf(3, leadText), ...address }, leadText), 429, "too many requests")
        const right = yield* send({ "X-Shared-Secret": "b-secret", ...address }, leadText)
        assertError(right, 429, "too many requests")
      }),
  )

  it.effect("who guesses signatures on many connections at once is limited by address as well", () =>
    Effect.gen(function* () {
      const { port } = yield* World
      const begin = async (_: unknown, i: number) => {
        const socket = connect(port, "127.0.0.1").setEncoding("utf8")
        const head = webhook(
          "",
          `X-Hub-Signature-256: sha256=${String(i).padStart(64, "0")}`,
          "X-Forwarded-For: 198.51.100.99",
          "Expect: 100-continue",
          "Connection: close",
        )
        socket.write(head.replace("Content-Length: 0", `Content-Length: ${leadText.length}`))
        const [interim] = (await once(socket, "data")) as [string]
        assert.match(interim, /^HTTP\/1.1 100 /)
        return socket
      }
      const finish = async (socket: Socket) => {
        socket.write(leadText)
        const [answer] = (await once(socket, "data")) as [string]
        return statuses(answer)[0]
      }
      const answers = yield* Effect.promise(async () => {
        // All heads are checked before the first signature is.
        const sockets = await Promise.all(Array.from({ length: 10 }, begin))
        return Promise.all(sockets.map(finish))
      })
      assert.lengthOf(
        answers.filter((status) => status === 401),
        3,
      )
      assert.lengthOf(
        answers.filter((status) => status === 429),
        7,
      )
    }),
  )

  it.effect("who guesses the token of a handshake is limited by address, and a right one costs nothing", () =>
    Effect.gen(function* () {
      const world = yield* World
      const subscribe = (token: string) =>
        ask(world, {
          path: `/webhooks/leads?hub.mode=subscribe&hub.challenge=7&hub.verify_token=${token}`,
          headers: { "X-Forwarded-For": "198.51.100.200" },
        })
      for (let i = 0; i < 5; i++) assert.strictEqual((yield* subscribe("meatyhamhock")).text, "7")
      for (let i = 0; i < 3; i++) assertError(yield* subscribe(`guess-${i}`), 401, "unauthorized")
      assertError(yield* subscribe("meatyhamhock"), 429, "too many requests")
    }),
  )
})
