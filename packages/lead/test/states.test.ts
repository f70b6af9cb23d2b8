import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import {
  customerHealth,
  Fault,
  leadEvents,
  leadTransitions,
  workStates,
  workTransitions,
} from "../src/index.ts"

const document = readFileSync(new URL("../../../docs/states.md", import.meta.url), "utf8")

/** The text below a heading. */
const section = (heading: string): string => {
  const [, text] = document.split(`\n## ${heading}\n`)
  return text?.split("\n## ")[0] ?? assert.fail(`no section ${heading}`)
}

/** The arrows of a section's drawing. */
const arrows = (heading: string): ReadonlyArray<string> =>
  [...section(heading).matchAll(/^ {2}(\S+) --> (\w+): (\w+)$/gm)].map(
    ([, from, to, on]) => `${from} --> ${to}: ${on}`,
  )

/** The rows of a section's table, without its head; a cell's code quotes are left out. */
const rows = (heading: string): ReadonlyArray<ReadonlyArray<string>> =>
  section(heading)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`(\w+)`$/, "$1")),
    )

const drawn = ({ from, on, to }: { readonly from: string; readonly on: string; readonly to: string }) =>
  `${from} --> ${to}: ${on}`

describe("docs/states.md", () => {
  it("draws every transition of a lead, and no other", () => {
    assert.deepStrictEqual(arrows("A lead"), ["[*] --> RECEIVED: received", ...leadTransitions.map(drawn)])
  })

  it("draws every transition of work, and no other, and says what each state means", () => {
    assert.deepStrictEqual(arrows("The work on a lead"), [
      "[*] --> due: received",
      ...workTransitions.map(drawn),
    ])
    assert.deepStrictEqual(
      rows("The work on a lead").map(([state, , meaning]) => [state, meaning]),
      Object.entries(workStates),
    )
  })

  it("says what every event means", () => {
    const listed = Object.entries(leadEvents).map(([type, { meaning }]) => [type, meaning])
    assert.deepStrictEqual(rows("Events"), listed)
  })

  it("has an outcome for every fault, and for every state of the customer's health", () => {
    const table = rows("What an outcome means")
    assert.sameMembers([...new Set(table.map(([, , fault]) => fault))], ["", ...Fault.literals])
    assert.sameMembers([...new Set(table.map(([, , , health]) => health))], Object.keys(customerHealth))
  })
})

describe("the transitions of work", () => {
  it("lead out of every state, and back to due", () => {
    const next = (state: string) => workTransitions.filter(({ from }) => from === state).map(({ to }) => to)
    for (const state of Object.keys(workStates)) {
      const reached = new Set<string>([state])
      for (const one of reached) for (const to of next(one)) reached.add(to)
      assert.isTrue(next(state).length > 0 && reached.has("due"), state)
    }
  })
})

describe("the transitions of a lead", () => {
  it("have an arrow for every event that changes a lead's state", () => {
    const events = new Set<string>(leadTransitions.map(({ on }) => on))
    const others = Object.keys(leadEvents).filter((type) => !events.has(type))
    assert.deepStrictEqual(others, [
      "received",
      "attempt_opened",
      "attempt_succeeded",
      "attempt_failed",
      "attempt_outcome_unknown",
      "attempt_withdrawn",
      "held_back",
      "snoozed",
      "patched",
    ])
  })
})
