import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { endAll } from "./support/ends.ts"
import { ask, assertError, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { World, type WorldShape } from "./support/World.ts"

const post = (world: WorldShape, path: string) =>
  ask(world, { method: "POST", path: `/api/v1/customers/${path}` })

const customer = (world: WorldShape) =>
  Effect.map(ask(world, { path: "/api/v1/customers" }), ({ status, text }) => {
    assert.strictEqual(status, 200, text)
    const { data, next_cursor } = JSON.parse(text) as {
      readonly data: ReadonlyArray<Record<string, unknown>>
      readonly next_cursor: unknown
    }
    assert.deepStrictEqual([data.length, next_cursor], [1, null])
    return data[0] ?? {}
  })

layer(World.layer(), { excludeTestServices: true })("customers", (it) => {
  it.effect("are listed with their circuit, what waits, and how many attempts failed", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* postLead(world, leadText)
      yield* endAll(world, "delivered")
      assert.deepStrictEqual(yield* customer(world), {
        id: 1,
        name: "default",
        paused_at: null,
        paused_by: null,
        blocked_reason: null,
        circuit: "closed",
        circuit_changed_at: null,
        probe_at: null,
        rate_per_second: null,
        waiting: 0,
        oldest_due_at: null,
        recent_attempts: 1,
        error_share: 0,
      })
    }),
  )

  it.effect("are paused and resumed by name, and it is audited", () =>
    Effect.gen(function* () {
      const world = yield* World
      const paused = yield* post(world, "default/pause")
      assert.strictEqual(paused.status, 200)
      const { paused_at, paused_by } = JSON.parse(paused.text) as Record<string, string>
      assert.match(paused_at ?? "", /^\d{4}-.*Z$/)
      assert.strictEqual(paused_by, "anonymous")

      const id = yield* postLead(world, leadText)
      yield* endAll(world, "delivered")
      assert.deepInclude(yield* customer(world), { waiting: 1, paused_at })
      const status = Effect.map(
        world.sql<{ status: string }>`SELECT status FROM inbound_lead WHERE id = ${id}`,
        ([row]) => row?.status,
      )
      assert.strictEqual(yield* status, "READY")

      assert.include((yield* post(world, "default/resume")).text, '"paused_at":null')
      yield* endAll(world, "delivered")
      assert.strictEqual(yield* status, "DELIVERED")
      const { text } = yield* ask(world, { path: "/api/v1/audit?subject=default" })
      assert.match(text, /"customer\.resume".*"customer\.pause"/)
    }),
  )

  it.effect("that there are not are 404, and wrong parameters 400", () =>
    Effect.gen(function* () {
      const world = yield* World
      for (const name of ["nobody", "%00", "DEFAULT", "x".repeat(201)]) {
        for (const verb of ["pause", "resume"]) {
          const answer = yield* post(world, `${name}/${verb}`)
          assert.strictEqual(answer.status, 404, name)
        }
      }
      assertError(yield* post(world, "nobody/pause"), 404, "customer not found")
      assertError(
        yield* ask(world, { path: "/api/v1/customers?limit=0&cursor=x" }),
        400,
        "limit must be a whole number from 1 to 200; cursor must be the next_cursor of an earlier answer",
      )
    }),
  )
})
