import { assert, describe, it } from "@effect/vitest"
import { labelsOf, namesOf } from "./support/expressions.ts"

describe("the names of an expression", () => {
  it("are its metrics, the labels of its matchers, and what it groups by", () => {
    assert.deepStrictEqual(
      namesOf(
        'histogram_quantile(0.95, sum by (route, le) (rate(a_bucket{job="api",route!~"b{c}|d=e"}[5m]))) > 1e3 or absent(up == 1)',
      ),
      {
        reads: [
          { metric: "a_bucket", labels: ["job", "route"] },
          { metric: "up", labels: [] },
        ],
        groups: ["route", "le"],
      },
    )
    assert.deepStrictEqual(namesOf("(x == 1) unless on (job, instance) y offset 5m"), {
      reads: [
        { metric: "x", labels: [] },
        { metric: "y", labels: [] },
      ],
      groups: ["job", "instance"],
    })
  })

  it("are found in a scrape with their labels", () => {
    const metrics = labelsOf('# HELP a is b{c="d"} 1\na{x="1",y="}"} 2\na_sum 3\n')
    assert.deepStrictEqual(
      [...metrics].map(([name, labels]) => [name, [...labels]]),
      [
        ["a", ["x", "y"]],
        ["a_sum", []],
      ],
    )
  })
})
