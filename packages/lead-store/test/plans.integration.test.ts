import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkPlans } from "./support/checkPlans.ts"
import { wholeLife, wholeLifeStands } from "./support/life.ts"
import { bothCounts, inWorld } from "./support/world.ts"

describe("the statements of the hot paths", () => {
  it.effect("take leads through their whole life", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* wholeLife, wholeLifeStands)
      const { counted, kept } = yield* bothCounts
      assert.deepStrictEqual(kept, counted)
    }).pipe(inWorld),
  )

  it.effect("read large tables by an index, and no index from end to end, whatever the tables hold", () =>
    Effect.gen(function* () {
      const { found, reads, statements } = yield* checkPlans()
      assert.deepStrictEqual(found, [])
      const of = (pattern: RegExp) =>
        assert.lengthOf(
          statements.filter((text) => pattern.test(text)),
          1,
          `${pattern}`,
        )
      // What is looked at, so that a look that finds nothing is not taken for a good one.
      of(/SELECT nextval\('lead_id_seq'\)/)
      of(/SELECT CASE WHEN earlier\.lead_id IS NULL THEN nextval\('lead_id_seq'\)/)
      of(/work\.lane = lane\.id AND due_at >= /)
      of(/WHERE lead_id = ANY \(\$4::bigint\[\]\) AND scheduled_at/)
      of(/SELECT id AS lead_id, correlation_id/)
      of(/LEFT JOIN delivery_p000000/)
      of(/nextval\('attempt_id_seq'\)/)
      of(/INSERT INTO attempt \(/)
      of(/UPDATE attempt_p000000 AS attempt SET/)
      of(/'attempt_withdrawn', json_build_object/)
      of(/bool_or\(lane\.circuit_is_open\)/)
      of(/SET due_at = now\(\) \+ make_interval\(secs => \$2::float8\) FROM due/)
      of(/ORDER BY lead_id LIMIT \$2::integer/)
      assert.isAbove(reads, 100)
    }),
  )
})
