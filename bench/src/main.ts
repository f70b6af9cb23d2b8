/** `npm run bench -- decisions`, `wake-up`, `rate-limit`, or `soak --minutes 30 --queue redis --per-second 200`. */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { decisions } from "./decisions.ts"
import { rateLimit } from "./rateLimit.ts"
import { soak } from "./soak.ts"
import { wakeUp } from "./wakeUp.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    leads: { type: "string", default: "200" },
    minutes: { type: "string", default: "30" },
    "per-second": { type: "string", default: "200" },
    queue: { type: "string", default: "redis" },
  },
})

const queue = values.queue === "database" ? "database" : "redis"

const benchmarks = {
  decisions: Effect.promise(decisions),
  "wake-up": wakeUp(Number(values.leads)),
  "rate-limit": rateLimit(queue),
  soak: soak({
    queue,
    minutes: Number(values.minutes),
    perSecond: Number(values["per-second"]),
  }),
}

const name = positionals[0]
if (name === "decisions" || name === "wake-up" || name === "rate-limit" || name === "soak")
  await Effect.runPromise(benchmarks[name])
else {
  console.error(`which one? ${Object.keys(benchmarks).join(", ")}`)
  process.exitCode = 1
}
