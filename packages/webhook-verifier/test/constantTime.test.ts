import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { compareAll } from "../src/internal/compareAll.ts"

const values = Schema.Array(Schema.Literals([0, 1, 2, 3]))

it.prop(
  "every secret is compared with every signature, whichever are equal",
  [values, values],
  ([known, candidates]) => {
    const compared: Array<string> = []
    const index = compareAll(
      known.map((value) => Uint8Array.of(value)),
      candidates.map((value) => Uint8Array.of(value)),
      (a, b) => {
        compared.push(`${a[0]} ${b[0]}`)
        return a[0] === b[0]
      },
    )
    assert.deepStrictEqual(
      compared,
      known.flatMap((one) => candidates.map((candidate) => `${one} ${candidate}`)),
    )
    assert.strictEqual(
      index,
      known.findIndex((one) => candidates.includes(one)),
    )
  },
)
