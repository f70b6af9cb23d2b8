/** The memory of api and worker under a steady load over a long time. */
import { Effect, Fiber } from "effect"
import { residentMiB } from "./Program.ts"
import { slope } from "./statistics.ts"
import { type Queue, startWorld } from "./World.ts"

/** One lead in ten breaks a rule, one in a hundred is refused by the customer at first. */
const leadNumber = (number: number) =>
  JSON.stringify({
    number,
    phone: "+49123456789",
    email: `somebody${number}@example.com`,
    zipcode: number % 10 === 0 ? "10115" : "66123",
    house: { is_owner: true },
    solar_energy_consumption: "5000",
    solar_offer_type: "Kaufen",
  })

/** Sends so many leads a second for so many minutes, and prints memory once a minute, and how it grows at the end. */
export const soak = Effect.fnUntraced(function* (options: {
  readonly queue: Queue
  readonly minutes: number
  readonly perSecond: number
}) {
  let delivered = 0
  const world = yield* startWorld({
    queue: options.queue,
    customer: (request, response) => {
      request.resume().on("end", () => {
        response.writeHead(delivered++ % 100 === 0 ? 503 : 200).end()
      })
    },
    workerEnv: { WORKER_CONCURRENCY: "50", RETRY_BACKOFF_BASE: "1s" },
  })
  let sent = 0
  let acknowledged = 0
  const send = Effect.promise(async () => {
    const response = await fetch(world.webhook, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: leadNumber(sent++),
    })
    if (response.status === 200) acknowledged++
    await response.text()
  })
  const batch = Math.max(1, Math.round(options.perSecond / 20))
  const load = yield* Effect.forkChild(
    Effect.forever(
      Effect.all(
        [
          Effect.all(
            Array.from({ length: batch }, () => send),
            { concurrency: batch },
          ),
          Effect.sleep(50),
        ],
        {
          concurrency: 2,
        },
      ),
    ),
  )
  console.log(`queue ${options.queue}, ${batch * 20} leads a second at most, ${options.minutes} minutes`)
  console.log("minute      sent delivered  api MiB  worker MiB")
  const samples: Array<readonly [minute: number, api: number, worker: number]> = []
  const began = performance.now()
  for (let minute = 0.25; minute <= options.minutes; minute += 0.25) {
    yield* Effect.sleep(Math.max(0, began + minute * 60_000 - performance.now()))
    const [api, worker] = [residentMiB(world.api.pid), residentMiB(world.workers[0].pid)]
    samples.push([minute, api, worker])
    if (Number.isInteger(minute)) {
      const columns = [String(minute).padStart(6), String(sent).padStart(10), String(delivered).padStart(10)]
      console.log(`${columns.join("")}${api.toFixed(1).padStart(9)}${worker.toFixed(1).padStart(12)}`)
    }
  }
  yield* Fiber.interrupt(load)
  const last = samples.slice(Math.floor(samples.length / 2))
  const growth = (index: 1 | 2) => slope(last.map((sample) => [sample[0], sample[index]])).toFixed(3)
  console.log(
    `second half: api ${growth(1)} MiB/min, worker ${growth(2)} MiB/min; ${acknowledged} of ${sent} acknowledged`,
  )
  console.log(yield* Effect.promise(async () => (await fetch(world.countsUrl)).text()))
}, Effect.scoped)
