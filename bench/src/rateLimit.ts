/** How closely two busy workers reach `RATE_LIMIT_PER_SEC`, as seen by the customer. */
import { Effect } from "effect"
import { type Queue, startWorld } from "./World.ts"

const seconds = 6

/** The most moments (in ms) within a second of each other. */
const mostInASecond = (moments: ReadonlyArray<number>): number => {
  let first = 0
  return moments.reduce((most, at, index) => {
    while (at - (moments[first] ?? at) >= 1000) first++
    return Math.max(most, index - first + 1)
  }, 0)
}

const measure = Effect.fnUntraced(function* (queue: Queue, rate: number) {
  const arrived: Array<number> = []
  const world = yield* startWorld({
    queue,
    customer: (request, response) => {
      arrived.push(performance.now())
      request.resume().on("end", () => response.end())
    },
    workerEnv: { RATE_LIMIT_PER_SEC: String(rate), WORKER_CONCURRENCY: "50" },
    twoWorkers: true,
  })
  const send = Effect.promise(async () => {
    const body = JSON.stringify({ phone: "+49123456789", zipcode: "66123", house: { is_owner: true } })
    const headers = { "Content-Type": "application/json" }
    await (await fetch(world.webhook, { method: "POST", headers, body })).text()
  })
  yield* Effect.all(
    Array.from({ length: Math.ceil(rate * (seconds + 4)) }, () => send),
    { concurrency: 16, discard: true },
  )
  arrived.length = 0
  yield* Effect.sleep(seconds * 1000)
  const average = (arrived.length / seconds).toFixed(1)
  console.log(
    `${String(rate).padStart(10)}${String(mostInASecond(arrived)).padStart(22)}${average.padStart(12)}`,
  )
}, Effect.scoped)

/** Several limits, one after the other. */
export const rateLimit = Effect.fnUntraced(function* (queue: Queue) {
  console.log("limit a second    most in any second     average")
  for (const rate of [1, 5, 10, 40, 100, 400]) yield* measure(queue, rate)
})
