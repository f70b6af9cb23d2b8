import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { inRepository } from "../faults/support/places.ts"
import { runProgram } from "./support/programs.ts"

const read = (path: string) => readFileSync(inRepository(path), "utf8")

const check = (program: "promtool" | "amtool", ...args: ReadonlyArray<string>) =>
  Effect.map(runProgram(program, args), ({ code, output }) => assert.strictEqual(code, 0, output))

describe("what is deployed", () => {
  it.live("is accepted by promtool and amtool", () =>
    Effect.gen(function* () {
      yield* check("promtool", "check", "config", inRepository("deploy/prometheus/prometheus.yml"))
      for (const name of readdirSync(inRepository("deploy/prometheus/rules")))
        yield* check("promtool", "check", "rules", inRepository(`deploy/prometheus/rules/${name}`))
      yield* check("amtool", "check-config", inRepository("deploy/alertmanager/alertmanager.yml"))
    }),
  )

  it.live("has alerts that wait, fire and clear by the tests of promtool, one for each", () =>
    Effect.gen(function* () {
      yield* check("promtool", "test", "rules", inRepository("deploy/prometheus/tests/alerts.test.yml"))
      const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name)
      const alerts = names(read("deploy/prometheus/rules/alerts.yml"), /- alert: (\w+)/g)
      assert.isAbove(alerts.length, 15)
      assert.deepStrictEqual(names(read("deploy/prometheus/tests/alerts.test.yml"), /- name: (\w+)/g), alerts)
    }),
  )
})
