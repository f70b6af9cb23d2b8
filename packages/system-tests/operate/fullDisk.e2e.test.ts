/** The disk of the embedded Postgres is full: readiness says so, and no acknowledged lead is lost. */
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventually, makeGateway, processesOf } from "../attacks/support/Gateway.ts"

const makeSmall = Effect.fnUntraced(function* () {
  const gateway = yield* makeGateway({
    customer: CustomerBehaviour.reply(),
    diskMiB: 200,
    env: { RETRY_BACKOFF_BASE: "100ms", SHUTDOWN_TIMEOUT: "5s" },
  })
  // The disk is mounted where the gateway runs; others see it through its process.
  const pid = /\d+$/.exec(yield* gateway.process.waitForLine(/^disk of process \d+$/))?.[0] ?? ""
  const disk = join(`/proc/${pid}/root`, gateway.dataDir)
  let files = 0
  return {
    ...gateway,
    disk,
    /** Takes what is left of the disk, to the last page. */
    fill: Effect.sync(() => {
      for (let size = 16 * 1024 ** 2; size >= 4096; size /= 4) {
        for (;;) {
          const path = join(disk, `ballast-${files++}`)
          try {
            writeFileSync(path, Buffer.alloc(size))
          } catch {
            rmSync(path, { force: true })
            break
          }
        }
      }
    }),
    free: Effect.sync(() => {
      for (const name of readdirSync(disk)) if (name.startsWith("ballast-")) rmSync(join(disk, name))
    }),
  }
})

type Small = Effect.Success<ReturnType<typeof makeSmall>>

/** Posts leads until one is refused; returns how many were acknowledged. */
const postUntilRefused = Effect.fnUntraced(function* (gateway: Small) {
  let acknowledged = 0
  for (;;) {
    yield* gateway.fill
    const { status } = yield* gateway.post
    if (status !== 200) {
      assert.strictEqual(status, 503)
      return acknowledged
    }
    acknowledged++
  }
})

const ready = (gateway: Small) =>
  eventually("ready", gateway.ask("/readyz"), ({ status }) => status === 200, 25_000)

describe.concurrent("a full disk", () => {
  it.live("makes the gateway not ready, with the reason, until there is space", () =>
    Effect.gen(function* () {
      const gateway = yield* makeSmall()
      const acknowledged = yield* postUntilRefused(gateway)
      const refused = yield* eventually(
        "not ready",
        gateway.ask("/readyz"),
        ({ status, text }) => status === 503 && text.includes("disk full"),
        15_000,
      )
      assert.include(refused.text, '"error":"not ready: database refuses writes (disk full)"')
      const deep = JSON.parse((yield* gateway.ask("/health/deep")).text) as {
        readonly status: string
        readonly database: { readonly status: string; readonly refuses_writes: string | null }
      }
      assert.deepInclude(deep, { status: "down" })
      assert.deepInclude(deep.database, { status: "down", refuses_writes: "disk full" })
      // It stays so while nothing changes, whatever is asked.
      yield* Effect.sleep("3 seconds")
      assert.strictEqual((yield* gateway.ask("/readyz")).status, 503)
      yield* gateway.free
      yield* ready(gateway)
      assert.strictEqual((yield* gateway.post).status, 200)
      yield* eventually(
        "every lead is delivered",
        gateway.counts,
        ({ delivered = 0 }) => delivered >= acknowledged + 1,
        20_000,
      )
    }).pipe(Effect.scoped),
  )

  it.live("does not end the gateway when its Postgres dies on it: that comes back with the space", () =>
    Effect.gen(function* () {
      const gateway = yield* makeSmall()
      for (let number = 0; number < 20; number++) assert.strictEqual((yield* gateway.post).status, 200)
      yield* gateway.fill
      process.kill(
        Number.parseInt(processesOf(gateway.dataDir).find((line) => /postgres -D/.test(line)) ?? ""),
        "SIGKILL",
      )
      yield* eventually("not ready", gateway.ask("/readyz"), ({ status }) => status === 503, 5000)
      yield* gateway.fill
      yield* Effect.sleep("2 seconds")
      assert.strictEqual((yield* gateway.post).status, 503)
      yield* gateway.free
      yield* ready(gateway)
      const { total = 0 } = yield* gateway.counts
      assert.isAtLeast(total, 20)
    }).pipe(Effect.scoped),
  )
})
