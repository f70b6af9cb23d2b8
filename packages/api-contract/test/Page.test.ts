import { cursorOf, pageOf, pageQuery } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Result, Schema } from "effect"

const decode = Schema.decodeUnknownResult(cursorOf(LeadId))
const encode = Schema.encodeSync(cursorOf(LeadId))

describe("a cursor", () => {
  it.prop("comes back as it was", [LeadId], ([id]) => {
    const text = encode(id)
    return /^[A-Za-z0-9_-]+$/.test(text) && Result.getOrThrow(decode(text)) === id
  })

  it("of another list, of no list, or in another spelling is an error that does not repeat it", () => {
    const good = encode(LeadId.make(7))
    for (const text of [
      "",
      "7",
      "null",
      `${good}=`,
      ` ${good}`,
      `${good}A`,
      Buffer.from("0").toString("base64url"),
      Buffer.from("1.5").toString("base64url"),
      Buffer.from('"7"').toString("base64url"),
      Buffer.from("[7]").toString("base64url"),
      Buffer.from("{").toString("base64url"),
      Buffer.from(`${" ".repeat(600)}7`).toString("base64url"),
    ]) {
      const result = decode(text)
      assert.isTrue(Result.isFailure(result), text)
      if (Result.isFailure(result))
        assert.strictEqual(result.failure.message, "the next_cursor of an earlier answer")
    }
  })
})

describe("a page", () => {
  const page = pageOf({
    item: LeadId,
    key: LeadId,
    identifier: "Ids",
    examples: [{ data: [2, 1], next_cursor: "MQ" }],
  })

  it("has the names of the contract", () => {
    const wire = { data: [2, 1], next_cursor: "MQ" }
    const decoded = Schema.decodeUnknownSync(page)(wire)
    assert.deepStrictEqual(decoded, { data: [LeadId.make(2), LeadId.make(1)], nextCursor: LeadId.make(1) })
    assert.deepStrictEqual(Schema.encodeSync(page)(decoded), wire)
    assert.deepStrictEqual(Schema.encodeSync(page)({ data: [], nextCursor: null }), {
      data: [],
      next_cursor: null,
    })
  })

  it("has 50 items unless asked otherwise", () => {
    const query = Schema.decodeUnknownSync(Schema.Struct(pageQuery(LeadId)))
    assert.deepStrictEqual(query({}), { limit: 50 })
    assert.deepStrictEqual(query({ limit: "200", cursor: "Nw" }), { limit: 200, cursor: LeadId.make(7) })
    for (const limit of ["0", "201", "x"]) assert.throws(() => query({ limit }))
  })
})
