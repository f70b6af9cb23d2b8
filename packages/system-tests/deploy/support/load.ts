/** Senders, with keys and without, and readers, while something is done; and what has come of all leads. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { query } from "../../faults/support/Rows.ts"
import { until } from "../../faults/support/until.ts"
import { validLead } from "../../operate/support/apps.ts"
import type { Deployments } from "./deployments.ts"
import type { Answer, Question } from "./Nginx.ts"

const lead = JSON.stringify(validLead)

const isOverloaded = ({ status, text }: Answer) => status === 503 && text.includes('"error":"overloaded"')

/** Sends and reads through nginx until the effect is done. `failed` has the answers that were not 200. */
export const underLoad = Effect.fnUntraced(function* <A>({ nginx }: Deployments, done: Effect.Effect<A>) {
  const state = { isOver: false, accepted: 0 }
  const failed: Array<string> = []
  const note = (what: string, { status, text }: Answer) => {
    if (status !== 200) failed.push(`${what}: ${status} ${text}`)
    else if (what === "lead") state.accepted += 1
  }
  const many = (what: string, ask: (at: number) => Effect.Effect<Answer>) =>
    Effect.gen(function* () {
      for (let at = 0; !state.isOver; at++) {
        // A machine that starts processes beside all this may be too busy: an api says so itself, and has stored nothing.
        note(what, yield* Effect.repeat(ask(at), { until: (answer) => !isOverloaded(answer), times: 20 }))
        yield* Effect.sleep("50 millis")
      }
    })
  // nginx closes connections that idle when it reloads. Who keeps one must be ready to ask again on another, where a key or
  // the method permits it; who does not opens one for each request.
  const kept = (path: string, question: Question) =>
    Effect.repeat(nginx.ask(path, question), { until: ({ status }) => status !== 0, times: 2 })
  const webhook = "/webhooks/leads"
  const keyOf = (sender: number, at: number) => `${performance.now()}-${sender}-${at}`
  const all = [
    ...[1, 2].map(() => many("lead", () => nginx.ask(webhook, { body: lead, alone: true }))),
    ...[1, 2].map((sender) =>
      many("lead", (at) => kept(webhook, { body: lead, headers: { "Idempotency-Key": keyOf(sender, at) } })),
    ),
    // nginx may have reloaded since it began: it is passed on to an api of before.
    many("lead", () => nginx.ask(webhook, { body: lead, alone: true, slowMs: 2000 })),
    many("read", () => kept("/stats/leads/counts", {})),
  ]
  const task = Effect.ensuring(
    done,
    Effect.sync(() => (state.isOver = true)),
  )
  const [result] = yield* Effect.all([task, Effect.all(all, { concurrency: "unbounded" })], {
    concurrency: "unbounded",
  })
  return { result, accepted: state.accepted, failed }
})

/** Waits until every lead has been delivered, and compares: so many were accepted, and each was sent once. */
export const expectAllDeliveredOnce = Effect.fnUntraced(function* (
  { customer, database }: Deployments,
  accepted: number,
) {
  const counts = query<{ status: string; leads: number }>(
    database.url,
    "SELECT status, count(*)::int AS leads FROM inbound_lead WHERE raw_payload ->> 'smoke_test' IS NULL GROUP BY status",
  )
  yield* until(
    Effect.map(counts, (rows) => rows.every(({ status }) => status === "DELIVERED")),
    60_000,
  )
  assert.deepStrictEqual(yield* counts, [{ status: "DELIVERED", leads: accepted }])
  const keys = customer.requests().map(({ headers }) => String(headers["idempotency-key"]))
  assert.strictEqual(keys.length, accepted)
  assert.strictEqual(new Set(keys).size, accepted)
})
