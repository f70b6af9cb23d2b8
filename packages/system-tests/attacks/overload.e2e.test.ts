/** More webhooks than the api can take, from senders that wait for nobody: answers stay quick, and say the truth. */
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { request } from "node:http"
import { rawSocket, statusOf } from "./support/rawSocket.ts"
import { makeTarget, peakMiB, residentMiB, type Target } from "./support/Target.ts"

const body = JSON.stringify({ phone: "+49123456789", zipcode: "66123", house: { is_owner: true } })

const webhook = (correlationId: string) =>
  `POST /webhooks/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Correlation-ID: ${correlationId}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

interface Flood {
  /** Correlation ids by the status of their answer. */
  readonly ids: ReadonlyMap<number, ReadonlySet<string>>
  /** Seconds of the `Retry-After` headers. */
  readonly delays: ReadonlySet<string>
}

/** Leads of all floods so far: each has a correlation id of its own. */
let sent = 0

/** So many connections that send the next webhook as soon as the one before is answered, for so long. */
const flood = (port: number, connections: number, ms: number) =>
  Effect.promise(async (): Promise<Flood> => {
    const ids = new Map<number, Set<string>>()
    const delays = new Set<string>()
    const until = performance.now() + ms
    const work = async () => {
      const connection = await rawSocket(port)
      for (let answers = 0; performance.now() < until; answers++) {
        const id = `flood-${sent++}`
        await connection.write(webhook(id))
        // Everything since the connection began; each answer is one JSON object and ends with the only brace.
        const text = await connection.until(new RegExp(`(?:[^}]*\\}){${answers + 1}}$`), 30_000)
        const answer = text.slice(text.lastIndexOf("HTTP/1.1 "))
        const status = statusOf(answer)
        ids.set(status, (ids.get(status) ?? new Set()).add(id))
        const delay = /^Retry-After: (.*)\r$/m.exec(answer)?.[1]
        if (delay !== undefined) delays.add(delay)
      }
      connection.socket.destroy()
    }
    await Promise.all(Array.from({ length: connections }, work))
    return { ids, delays }
  })

const onDatabase = <A, E>({ databaseUrl }: Target, use: Effect.Effect<A, E, PgClient.PgClient>) =>
  use.pipe(Effect.provide(PgClient.layer({ url: Redacted.make(databaseUrl) })), Effect.orDie)

/** Which of the correlation ids are stored. */
const storedIds = (target: Target) =>
  onDatabase(
    target,
    Effect.map(
      PgClient.PgClient.use((sql) => sql<{ id: string }>`SELECT correlation_id AS id FROM inbound_lead`),
      (rows) => new Set(rows.map(({ id }) => id)),
    ),
  )

/** Each statement that stores leads takes 150 ms, as on a slow disk: so the load is too much on any machine. */
const slowDown = (target: Target) =>
  onDatabase(
    target,
    PgClient.PgClient.use((sql) =>
      Effect.andThen(
        sql.unsafe(
          "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.15); RETURN NULL; END'",
        ),
        sql.unsafe("CREATE TRIGGER slow BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION slow()"),
      ),
    ),
  )

const get = (target: Target, path: string) =>
  Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly text: string; readonly ms: number }>(
        (resolve, reject) => {
          const began = performance.now()
          request(new URL(path, target.url), { agent: false }, (response) => {
            let text = ""
            response
              .setEncoding("utf8")
              .on("data", (chunk: string) => (text += chunk))
              .on("end", () =>
                resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - began }),
              )
          })
            .on("error", reject)
            .end()
        },
      ),
  )

interface Intake {
  readonly accepted: number
  readonly shed: { readonly event_loop: number; readonly store: number; readonly waited: number }
  readonly unconfirmed: number
}

const intakeOf = (target: Target) =>
  Effect.map(get(target, "/health/deep"), ({ text }) => (JSON.parse(text) as { intake: Intake }).intake)

describe("overload", () => {
  it.live(
    "every answer is 200 or 503, each 200 is stored and no 503, health is answered, memory is flat",
    () =>
      Effect.gen(function* () {
        const target = yield* makeTarget({ memoryMiB: 512, env: { LOG_LEVEL: "warn" } })
        yield* slowDown(target)
        yield* flood(target.port, 100, 1000)
        const before = yield* intakeOf(target)
        const ids = yield* storedIds(target)
        const resident = residentMiB(target.api.pid)

        const [{ delays, ids: answers }, health] = yield* Effect.all(
          [
            flood(target.port, 1200, 8000),
            Effect.forEach(Array.from({ length: 12 }), () =>
              Effect.andThen(Effect.sleep("500 millis"), get(target, "/livez")),
            ),
          ],
          { concurrency: "unbounded" },
        )
        const stored = (yield* storedIds(target)).difference(ids)
        const accepted = answers.get(200) ?? new Set()
        const refused = answers.get(503) ?? new Set()

        assert.isEmpty([...answers.keys()].filter((status) => status !== 200 && status !== 503))
        assert.strictEqual(accepted.difference(stored).size, 0, "answered 200 and not stored")
        assert.strictEqual(stored.size, accepted.size, "stored and not answered 200")
        assert.isAbove(accepted.size, 100, "some must get through")
        assert.isAbove(refused.size, 100, "more than it can take")
        assert.strictEqual(delays.size, 8, "senders must not come back together")

        // Generous: the flood is in this process, which is late itself.
        for (const { ms, status } of health) {
          assert.strictEqual(status, 200)
          assert.isBelow(ms, 10_000)
        }
        assert.isBelow(residentMiB(target.api.pid) - resident, 150)
        assert.isBelow(peakMiB(target.api.pid), 512)

        const { accepted: count, shed, unconfirmed } = yield* intakeOf(target)
        assert.strictEqual(count - before.accepted, accepted.size)
        assert.strictEqual(
          shed.event_loop + shed.store + shed.waited,
          before.shed.event_loop + before.shed.store + before.shed.waited + refused.size,
        )
        assert.strictEqual(unconfirmed, 0)
      }).pipe(Effect.scoped),
  )

  it.live("ends with the load: the next webhooks are all taken", () =>
    Effect.gen(function* () {
      const target = yield* makeTarget({ env: { LOG_LEVEL: "warn" } })
      yield* flood(target.port, 1200, 3000)
      const { ids } = yield* flood(target.port, 5, 2000)
      assert.deepStrictEqual([...ids.keys()], [200])
    }).pipe(Effect.scoped),
  )
})
