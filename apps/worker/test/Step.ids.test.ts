import { assert, describe, it } from "@effect/vitest"
import { makeIds } from "../src/Step.ts"

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const idempotencyKey = "0f0e0d0c-0b0a-4908-8706-050403020100"

describe("Ids", () => {
  it("makes keys that are UUIDs, each another one", () => {
    const { key } = makeIds()
    const keys = Array.from({ length: 100 }, key)
    for (const one of keys) assert.match(one, uuid)
    assert.strictEqual(new Set(keys).size, 100)
  })

  it("lets the sender's trace go on, sampled or not, with a caller of its own", () => {
    const { traceparent } = makeIds()
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for (const flags of ["00", "01"]) {
      const sent = `00-${trace}-00f067aa0ba902b7-${flags}`
      const own = traceparent(sent, idempotencyKey)
      assert.match(own, new RegExp(`^00-${trace}-[0-9a-f]{16}-${flags}$`))
      assert.notStrictEqual(own, sent)
    }
  })

  it("begins a trace that is the idempotency key where the sender has none, or a broken one", () => {
    const { traceparent } = makeIds()
    for (const sent of [undefined, "", "00-nonsense", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`]) {
      assert.match(traceparent(sent, idempotencyKey), /^00-0f0e0d0c0b0a49088706050403020100-[0-9a-f]{16}-00$/)
    }
  })

  it("names each caller by another id that is not zero, for longer than its random bytes last", () => {
    const { traceparent } = makeIds()
    const spans = Array.from({ length: 2000 }, () => traceparent(undefined, idempotencyKey).split("-")[2])
    assert.strictEqual(new Set(spans).size, 2000)
    assert.notInclude(spans, "0".repeat(16))
  })
})
