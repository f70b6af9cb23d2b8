import { assert, describe, it } from "@effect/vitest"
import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { Result } from "effect"
import { mapping } from "./mistakes/mapping.ts"
import { profile } from "./mistakes/profile.ts"
import { rules } from "./mistakes/rules.ts"
import { template } from "./mistakes/template.ts"
import { source } from "./world.ts"

/** A message without the list of operators, which lead-rules tests. */
const withoutOperators = (line: string) => line.replace(/"present"(?: or "[a-z_]+")+/, "<operators>")

const cases = { rules, profile, mapping, template }

describe.each(Flow.parts)("a document of the %s", (part) => {
  it.each(cases[part])(
    "%j is refused with its path, the value there and what is expected",
    (document, told) => {
      const flow = compileFlow({ ...source, mapping: {}, [part]: document })
      assert(Result.isFailure(flow))
      assert.deepStrictEqual(
        flow.failure.message.split("\n").map(withoutOperators),
        told.map((line) => `${part}: ${line}`),
      )
      for (const line of told) assert.match(line, /^.+: found .+, expected .+/)
    },
  )
})

it("every mistake is told in words of its own", () => {
  const told = Object.values(cases).flatMap((cases) => cases.flatMap(([, lines]) => lines))
  assert.isAbove(new Set(told).size, 50)
})
