/**
 * `npm run chaos [-- --seed N --leads N --queue database|redis|rabbitmq|all --only <fault> --together N --keep <folder>]`:
 * every fault with thousands of leads, and the books of each. Then the images are built from nothing (`--only images`).
 *
 * The seed determines payloads, the moments of the faults and the customer's answers; the timing still differs from run to
 * run. Exits with 1 if anything is lost, unaccounted for, or otherwise wrong.
 */
import { parseArgs } from "node:util"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { Effect, Redacted } from "effect"
import { join } from "node:path"
import { buildFromNothing } from "../deploy/fromNothing.ts"
import { allScenarios } from "./scenarios/all.ts"
import { makeFolder } from "./support/places.ts"
import { runScenarios } from "./support/Scenario.ts"
import { table, type TableRow } from "./support/Table.ts"
import type { QueueType } from "./support/World.ts"

const { values: given } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    leads: { type: "string", default: "6000" },
    queue: { type: "string", default: "all" },
    only: { type: "string", default: "" },
    together: { type: "string", default: "2" },
    keep: { type: "string" },
  },
})

const print = (text: string) => process.stdout.write(`${text}\n`)

const queues: ReadonlyArray<QueueType> = (["database", "redis", "rabbitmq"] as const).filter(
  (queue) => given.queue === "all" || given.queue === queue,
)
const runs = allScenarios
  .filter(({ name }) => name.includes(given.only))
  .flatMap((scenario) =>
    queues
      .filter((queue) => (scenario.queues ?? ["database", "redis"]).includes(queue))
      .map((queue) => ({ scenario, queue })),
  )
const leads = Math.ceil(Number(given.leads) / Math.max(1, runs.length))

const program = Effect.gen(function* () {
  const folder = yield* makeFolder
  const settings = { max_connections: 400 }
  const shared = yield* EmbeddedPostgres.make({ dataDir: join(folder, "data"), durable: false, settings })
  const began = performance.now()
  const rows = yield* Effect.forEach(
    runs,
    Effect.fnUntraced(function* ({ scenario, queue }) {
      const start = performance.now()
      const sharedPostgres = Redacted.value(shared.url)
      const options = { seed: given.seed, leads, queue, sharedPostgres, keepIn: given.keep }
      const books = yield* runScenarios([scenario], options)
      const row: TableRow = {
        fault: scenario.name,
        queue,
        books,
        seconds: (performance.now() - start) / 1000,
      }
      print(table.row(row))
      books.findings.slice(0, 10).forEach((finding) => print(`    ${finding}`))
      if (books.findings.length > 10) print(`    and ${books.findings.length - 10} more`)
      return row
    }),
    { concurrency: Number(given.together) },
  )
  const [first, ...others] = rows
  if (first === undefined) return "images".includes(given.only) ? 0 : 1
  print(table.sum([first, ...others], (performance.now() - began) / 1000))
  return rows.every(({ books }) => books.findings.length + books.lost + books.unaccounted === 0) ? 0 : 1
}).pipe(Effect.scoped)

print(`seed ${given.seed}: ${runs.length} runs of ${leads} leads each\n`)
print(table.head)
process.exitCode = await Effect.runPromise(program)
if ("images".includes(given.only)) print(await buildFromNothing())
