import { assert, describe, it } from "@effect/vitest"
import { makeAdmission, overloadOf } from "../src/Admission.ts"

/** Admission whose loop and store are as a test says. */
const makeWorld = () => {
  const is = { late: false, busy: false, unconfirmed: 0 }
  const admission = makeAdmission(
    { isBusy: () => is.busy, unconfirmed: () => is.unconfirmed },
    { isLate: () => is.late, inTurn: (answer, to) => answer(to) },
  )
  return { admission, is }
}

describe("admission", () => {
  it("is refused by the event loop first, then by the store", () => {
    for (const [late, busy, overload] of [
      [false, false, undefined],
      [true, false, "event_loop"],
      [false, true, "store"],
      [true, true, "event_loop"],
    ] as const) {
      assert.strictEqual(overloadOf(late, busy), overload)
    }
  })

  it("recovers with the next webhook when nothing is too busy any more", () => {
    const { admission, is } = makeWorld()
    is.busy = true
    assert.strictEqual(admission.refusal(), "store")
    is.busy = false
    assert.isUndefined(admission.refusal())
  })

  it("counts what came of webhooks; the counts are a snapshot", () => {
    const { admission, is } = makeWorld()
    const before = admission.counts()
    is.late = true
    admission.refusal()
    admission.refusal()
    is.late = false
    is.busy = true
    admission.refusal()
    admission.countAccepted()
    admission.countWaited()
    is.unconfirmed = 4
    assert.deepStrictEqual(admission.counts(), {
      accepted: 1,
      shed: { event_loop: 2, store: 1, waited: 1 },
      unconfirmed: 4,
    })
    assert.deepStrictEqual(before, {
      accepted: 0,
      shed: { event_loop: 0, store: 0, waited: 0 },
      unconfirmed: 0,
    })
  })
})
