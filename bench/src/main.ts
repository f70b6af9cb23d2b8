/**
 * `npm run bench -- decisions`, `wake-up`, `rate-limit`, `soak --minutes 30 --queue redis --per-second 200`,
 * `size --leads 10k,1m,10m`, `scale --rounds 5 --seconds 5 --leads 30000`, `backup --leads 1000000 --rounds 3`,
 * `console --leads 1m`, `first-lead`, `overload --seconds 60 --times 3`, with `--per-second 5000` instead of the load it finds, `intake --rounds 5 --seconds 8` or
 * `end-to-end --rounds 3 --leads 100000`; the last two also with
 * `--only gateway-redis,fastify-bullmq`, `--postgres /usr/lib/postgresql/15/bin` (or `embedded`), `--statements` and `--profile`.
 */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { backup } from "./backup.ts"
import { consolePages } from "./console.ts"
import { contenders } from "./Contender.ts"
import { decisions } from "./decisions.ts"
import { endToEnd } from "./endToEnd.ts"
import { firstLead } from "./firstLead.ts"
import { intake } from "./intake.ts"
import { overload } from "./overload.ts"
import { rateLimit } from "./rateLimit.ts"
import { scale } from "./scale.ts"
import { size } from "./size.ts"
import { soak } from "./soak.ts"
import { wakeUp } from "./wakeUp.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: "string", default: "64" },
    leads: { type: "string" },
    minutes: { type: "string", default: "30" },
    only: { type: "string" },
    "per-second": { type: "string" },
    postgres: { type: "string" },
    profile: { type: "boolean", default: false },
    queue: { type: "string", default: "redis" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    statements: { type: "boolean", default: false },
    times: { type: "string", default: "3" },
  },
})

const queue = values.queue === "database" ? "database" : "redis"

const only = values.only?.split(",")
const race = {
  contenders: contenders.filter(({ name }) => only?.includes(name) ?? true),
  connections: Number(values.connections),
  postgres: values.postgres,
  profile: values.profile,
  statements: values.statements,
}

const benchmarks = {
  backup: backup({
    leads: Number(values.leads ?? 1_000_000),
    rounds: Number(values.rounds ?? 3),
    postgres: values.postgres,
  }),
  console: consolePages({
    leads: values.leads ?? "1m",
    postgres: values.postgres,
    rounds: Number(values.rounds ?? 5),
  }),
  decisions: Effect.promise(decisions),
  "first-lead": firstLead(Number(values.rounds ?? 3)),
  "wake-up": wakeUp(Number(values.leads ?? 200)),
  "rate-limit": rateLimit(queue),
  scale: scale({
    connections: Number(values.connections),
    leads: Number(values.leads ?? 30_000),
    postgres: values.postgres,
    rounds: Number(values.rounds ?? 5),
    seconds: Number(values.seconds ?? 5),
  }),
  size: size({ leads: values.leads, postgres: values.postgres }),
  soak: soak({
    queue,
    minutes: Number(values.minutes),
    perSecond: Number(values["per-second"] ?? 200),
  }),
  intake: intake({ ...race, rounds: Number(values.rounds ?? 5), seconds: Number(values.seconds ?? 8) }),
  overload: overload({
    ...race,
    perSecond: values["per-second"] === undefined ? undefined : Number(values["per-second"]),
    seconds: Number(values.seconds ?? 60),
    times: Number(values.times),
  }),
  "end-to-end": endToEnd({
    ...race,
    rounds: Number(values.rounds ?? 3),
    leads: Number(values.leads ?? 100_000),
  }),
}

const isBenchmark = (name: string): name is keyof typeof benchmarks => Object.hasOwn(benchmarks, name)

const name = positionals[0] ?? ""
if (isBenchmark(name)) {
  // End all started programs, also when the run is interrupted.
  const stop = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort())
  await Effect.runPromise<void, unknown>(benchmarks[name], { signal: stop.signal })
} else {
  console.error(`which one? ${Object.keys(benchmarks).join(", ")}`)
  process.exitCode = 1
}
