/** `npm run bench -- wake-up` or `npm run bench -- soak --minutes 30 --queue redis --per-second 200`. */
import { Effect } from "effect"
import { parseArgs } from "node:util"
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

const benchmarks = {
  "wake-up": wakeUp(Number(values.leads)),
  soak: soak({
    queue: values.queue === "database" ? "database" : "redis",
    minutes: Number(values.minutes),
    perSecond: Number(values["per-second"]),
  }),
}

const name = positionals[0]
if (name === "wake-up" || name === "soak") await Effect.runPromise(benchmarks[name])
else {
  console.error(`which one? ${Object.keys(benchmarks).join(" or ")}`)
  process.exitCode = 1
}
