/** A gateway as it may look after a month: with a Postgres of its own, and two customers of which one is down. */
import { PgClient } from "@effect/sql-pg"
import { CustomerBehaviour, type CustomerRequest, TestCustomer, TestProcess } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { inRepository, makeFolder, ownPort } from "../../faults/support/places.ts"
import { type MadeUpLead, madeUpLeads } from "./people.ts"
import { secondCustomer, spreadAnswers, spreadLeads, timesBefore } from "./spread.ts"

const leads = 1400

const leadsOfLastHour = 40

/** Those that came when the second customer was down. */
const lastLeads = 60

const refused = CustomerBehaviour.reply({
  status: 422,
  body: '{"error":"duplicate","message":"this household is known to us already"}',
})
const busy = CustomerBehaviour.reply({ status: 503, body: "try again later" })
const accepted = CustomerBehaviour.reply({ body: '{"accepted":true}' })

/** Some first attempts fail, a few leads are refused, and one is never answered. */
const answering = () => {
  const seen = new Map<string, number>()
  return ({ headers }: CustomerRequest): CustomerBehaviour => {
    const id = String(headers["x-correlation-id"])
    const times = (seen.get(id) ?? 0) + 1
    seen.set(id, times)
    const kind = Number.parseInt(id.slice(0, 4), 16) % 100
    if (kind < 2) return refused
    if (kind < 3) return busy
    return kind < 12 && times === 1 ? busy : accepted
  }
}

/** Starts it for the current scope; returns its URL. */
export const startDemo = Effect.gen(function* () {
  const folder = yield* makeFolder
  const customer = yield* TestCustomer.make({ respond: answering() })
  const port = yield* ownPort
  const url = `http://127.0.0.1:${port}`
  const gateway = yield* TestProcess.spawn({
    program: inRepository("apps/cli/src/main.ts"),
    args: ["start"],
    cwd: folder,
    env: {
      API_PORT: String(port),
      WORKER_PORT: String(yield* ownPort),
      DATA_DIR: join(folder, "data"),
      CUSTOMER_API_URL: customer.url,
      CUSTOMER_API_TOKEN: "demo",
      RETRY_BACKOFF_BASE: "1s",
      MAX_RETRY_ATTEMPTS: "3",
      LOG_LEVEL: "warn",
    },
  })
  // It stops its Postgres before the folder goes.
  yield* Effect.addFinalizer(() => Effect.andThen(gateway.kill("SIGTERM"), gateway.exited))
  yield* gateway.waitForHttp(`${url}/readyz`, 200, { within: "3 minutes" })
  const all = madeUpLeads(leads, 42)
  const ask = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    })
    return (await response.json()) as Answer
  }
  const settled = async () => {
    interface Ledger {
      readonly in_flight: number
      readonly retrying: number
    }
    for (;;) {
      const { in_flight, retrying } = await ask<Ledger>("/ledger")
      if (in_flight + retrying === 0) return
      await setTimeout(300)
    }
  }
  const send = async (some: ReadonlyArray<MadeUpLead>) => {
    for (const { correlationId, payload } of some) {
      await fetch(`${url}/webhooks/leads`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Correlation-ID": correlationId },
        body: JSON.stringify(payload),
      })
    }
  }

  yield* Effect.promise(async () => {
    await send(all.slice(0, -lastLeads))
    await settled()
    for (const [name, role] of [
      ["Anna Berger", "admin"],
      ["Jonas Vogt", "operator"],
      ["weekly report", "viewer"],
    ]) {
      await ask("/tokens", { name, role })
    }
    // On record in the audit.
    for (const change of ["pause", "resume"]) await ask(`/customers/default/${change}`, {})
  })
  customer.respond(busy)
  yield* Effect.promise(() => send(all.slice(-lastLeads)))
  yield* Effect.promise(async () => {
    interface Customers {
      readonly data: ReadonlyArray<{ readonly circuit: string }>
    }
    while ((await ask<Customers>("/customers")).data[0]?.circuit !== "open") await setTimeout(200)
    // Attempts that are under way end.
    await setTimeout(3000)
  })
  const database = PgClient.layer({
    url: Redacted.make(readFileSync(join(folder, "data/connection-url"), "utf8").trim()),
  })
  const now = Date.now()
  const before = timesBefore(now - 3_600_000, leads - lastLeads - leadsOfLastHour)
  const lastHour = Array.from({ length: leadsOfLastHour }, (_, index) => now - 3_400_000 + index * 60_000)
  const lately = Array.from({ length: lastLeads }, (_, index) => now - (lastLeads - index) * 15_000)
  yield* Effect.gen(function* () {
    yield* secondCustomer("Solarwerk Nord", leads - lastLeads + 1)
    yield* spreadLeads([...before, ...lastHour, ...lately])
  }).pipe(Effect.provide(database))
  customer.respond(accepted)
  // The worker adds the timeline up every two seconds.
  yield* Effect.sleep("5 seconds")
  yield* Effect.provide(spreadAnswers, database)
  return url
})
