/** The latency of an idle gateway from its 200 to the request at the customer, with api and worker in two processes. */
import { Effect } from "effect"
import { quantile } from "./statistics.ts"
import { type Queue, startWorld } from "./World.ts"

const ms = (value: number) => value.toFixed(1).padStart(7)

/** Sends leads one after another with pauses, and prints a line of figures. */
const measureWakeUp = Effect.fnUntraced(function* (queue: Queue, leads: number) {
  const arrived = new Map<string, number>()
  const world = yield* startWorld({
    queue,
    customer: (request, response) => {
      arrived.set(String(request.headers["x-correlation-id"]), performance.now())
      request.resume().on("end", () => response.end())
    },
  })
  const send = Effect.promise(async () => {
    const correlationId = crypto.randomUUID()
    const response = await fetch(world.webhook, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Correlation-ID": correlationId },
      body: JSON.stringify({ phone: "+49123456789", zipcode: "66123", house: { is_owner: true } }),
    })
    const acknowledged = performance.now()
    await response.text()
    return { acknowledged, correlationId }
  })
  const times: Array<number> = []
  for (let sent = 0; sent < leads; sent++) {
    const { acknowledged, correlationId } = yield* send
    // Long enough for the worker to become idle again.
    yield* Effect.sleep(50 + (sent % 50))
    while (!arrived.has(correlationId)) yield* Effect.sleep(10)
    times.push((arrived.get(correlationId) ?? 0) - acknowledged)
  }
  const figures = [0, 0.25, 0.5, 0.75, 0.95, 1].map((share) => ms(quantile(times, share)))
  console.log(`${queue.padEnd(9)}${String(leads).padStart(6)}${figures.join("")}`)
}, Effect.scoped)

/** Both drivers, one after the other, in one run. */
export const wakeUp = Effect.fnUntraced(function* (leads: number) {
  console.log(
    "ms from the 200 to the request at the customer, idle; below 0: handed over before the answer was read",
  )
  console.log("queue     leads    min    25%  median   75%    95%    max")
  yield* measureWakeUp("database", leads)
  yield* measureWakeUp("redis", leads)
})
