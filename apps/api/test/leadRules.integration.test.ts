import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ask, assertError, postLead } from "./support/Http.ts"
import { lead } from "./support/leads.ts"
import { World, type WorldShape } from "./support/World.ts"

interface Answer {
  readonly decided_with: unknown
  readonly versions: Readonly<Record<string, string>>
  readonly as_decided: boolean
  readonly decision: string
  readonly reason: string | null
  readonly rules: ReadonlyArray<{
    readonly reason: string
    readonly met: boolean
    readonly reached: boolean
    readonly condition: unknown
    readonly finding: {
      readonly field: string
      readonly actual: string
      readonly expected: string
      readonly explanation: string
    } | null
  }>
  readonly missing: ReadonlyArray<string>
  readonly passes_as: string | null
}

const rulesOf = Effect.fnUntraced(function* (world: WorldShape, id: number) {
  const { status, text } = yield* ask(world, { path: `/api/v1/leads/${id}/rules` })
  assert.strictEqual(status, 200, text)
  return { text, answer: JSON.parse(text) as Answer }
})

const stored = (world: WorldShape, payload: object) => postLead(world, JSON.stringify(payload))

layer(World.layer(), { excludeTestServices: true })("the rules that a stored lead meets", (it) => {
  it.effect("are told one by one: what was there, what would have passed, what was not reached", () =>
    Effect.gen(function* () {
      const world = yield* World
      const id = yield* stored(world, { ...lead, zipcode: "66123 ", house: { is_owner: "secret value" } })
      const { answer, text } = yield* rulesOf(world, id)
      assert.deepInclude(answer, { decided_with: null, decision: "REJECTED", reason: "ZIP_NOT_66XXX" })
      assert.deepStrictEqual(
        answer.rules.map(({ finding, met, reached, reason }) => ({
          reason,
          met,
          reached,
          field: finding?.field,
          expected: finding?.expected,
        })),
        [
          {
            reason: "ZIP_NOT_66XXX",
            met: false,
            reached: true,
            field: "zipcode",
            expected: "must match ^66\\d{3}$",
          },
          {
            reason: "NOT_HOMEOWNER",
            met: false,
            reached: false,
            field: "house.is_owner",
            expected: "must be true",
          },
        ],
      )
      assert.deepStrictEqual(answer.rules[0]?.condition, {
        field: "zipcode",
        operator: "pattern",
        pattern: "^66\\d{3}$",
      })
      assert.notInclude(text, "secret value")
      assert.notInclude(text, "66123")
    }),
  )

  it.effect(
    "say whether they would pass as the normaliser reads them, and what the customer's format lacks",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        const blank = yield* stored(world, { ...lead, zipcode: "66123 " })
        assert.strictEqual((yield* rulesOf(world, blank)).answer.passes_as, "normalized")
        const { phone: _, ...withoutPhone } = lead
        const parked = (yield* rulesOf(world, yield* stored(world, withoutPhone))).answer
        assert.deepInclude(parked, { decision: "PARKED", reason: "MISSING_REQUIRED_FIELD", passes_as: null })
        assert.deepStrictEqual(parked.missing, ["phone"])
        assert.isTrue(parked.rules.every(({ met, reached }) => met && reached))
      }),
  )

  it.effect("say by which versions the lead was decided, and whether those are in force", () =>
    Effect.gen(function* () {
      const world = yield* World
      const id = yield* stored(world, lead)
      const { versions } = (yield* rulesOf(world, id)).answer
      const { sql } = world
      yield* sql`
        INSERT INTO decision (lead_id, delivery_no, verdict, reason, details, omitted_attributes, decided_with)
        VALUES (${id}::bigint, 0, 'REJECTED', 'ZIP_NOT_66XXX', '{}', '[]', ${JSON.stringify({ ...versions, rules: "before" })}::text::json)`
      const before = (yield* rulesOf(world, id)).answer
      assert.deepInclude(before, { as_decided: false, decision: "READY" })
      assert.deepInclude(before.decided_with as object, { rules: "before" })
      yield* sql`UPDATE decision SET decided_with = ${JSON.stringify(versions)}::text::json WHERE lead_id = ${id}::bigint`
      assert.isTrue((yield* rulesOf(world, id)).answer.as_decided)
    }),
  )

  it.effect("are none of a lead that is not there", () =>
    Effect.gen(function* () {
      assertError(yield* ask(yield* World, { path: "/api/v1/leads/999999/rules" }), 404, "lead not found")
    }),
  )
})
