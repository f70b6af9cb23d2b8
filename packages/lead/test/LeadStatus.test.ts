import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  isTerminal,
  LeadId,
  LeadState,
  LeadStatus,
  openStates,
  settledStates,
  statusOf,
  transitions,
} from "../src/index.ts"

describe("LeadStatus", () => {
  it("is terminal exactly when nothing leaves it", () => {
    const terminal = LeadStatus.literals.filter(isTerminal)
    assert.deepStrictEqual(terminal, ["REJECTED", "DELIVERED", "PERMANENTLY_FAILED"])
  })

  it("can be reached from RECEIVED, every one of them", () => {
    const reached = new Set<LeadStatus>(["RECEIVED"])
    for (const status of reached) for (const next of transitions[status]) reached.add(next)
    assert.strictEqual(reached.size, LeadStatus.literals.length)
  })

  it("is never entered again as RECEIVED", () => {
    for (const targets of Object.values(transitions)) assert.notInclude(targets, "RECEIVED")
  })
})

describe("LeadState", () => {
  it("is one of its status, and every status has one", () => {
    const statuses = new Set(LeadState.literals.map(statusOf))
    assert.sameMembers([...statuses], [...LeadStatus.literals])
    assert.deepStrictEqual(
      LeadState.literals.filter((state) => statusOf(state) === "FAILED"),
      ["RETRYING", "PARKED"],
    )
  })

  it("is open or settled, and every terminal status is settled", () => {
    assert.sameMembers([...openStates, ...settledStates], [...LeadState.literals])
    const terminal = LeadState.literals.filter((state) => isTerminal(statusOf(state)))
    assert.sameMembers(["PARKED", ...terminal], [...settledStates])
  })
})

describe("LeadId", () => {
  it("is a positive integer that a double holds exactly", () => {
    const isLeadId = Schema.is(LeadId)
    for (const id of [1, 123, Number.MAX_SAFE_INTEGER]) assert.isTrue(isLeadId(id))
    for (const id of [0, -1, 1.5, 2 ** 53, Number.NaN]) assert.isFalse(isLeadId(id))
  })
})
