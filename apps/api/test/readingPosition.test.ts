import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import type { LeadChange } from "@lead-gateway/lead-store"
import { encodeChanges, parsePosition } from "../src/eventText.ts"
import { makeReadingPosition } from "../src/readingPosition.ts"

const at = new Date("2026-01-21T10:35:00.120Z")
const row = (seq: number, ...ids: ReadonlyArray<number>): LeadChange => ({
  seq,
  at,
  state: "PARKED",
  leadIds: ids.map((id) => LeadId.make(id)),
})

describe("the reading position", () => {
  it("waits for numbers that appear late, and reads each once", () => {
    const position = makeReadingPosition(10, [])
    assert.strictEqual(position.floor(), 10)
    position.read(11)
    assert.strictEqual(position.floor(), 11)
    position.read(13)
    assert.strictEqual(position.floor(), 11)
    assert.deepStrictEqual(
      position.unread([row(12, 1), row(13, 1), row(14, 1)]).map(({ seq }) => seq),
      [12, 14],
    )
    assert.deepStrictEqual([11, 12, 13].map(position.isRead), [true, false, true])
    position.read(12)
    assert.strictEqual(position.floor(), 13)
  })

  it("gives up numbers that were rolled back, after longer than any statement takes", () => {
    const position = makeReadingPosition(10, [])
    position.read(12)
    position.read(13)
    position.expire(0)
    position.expire(34_999)
    assert.strictEqual(position.floor(), 10)
    position.expire(35_000)
    assert.strictEqual(position.floor(), 13)
    position.expire(40_000)
    position.read(15)
    position.expire(41_000)
    position.expire(75_000)
    assert.strictEqual(position.floor(), 13)
    position.expire(76_000)
    assert.strictEqual(position.floor(), 15)
  })

  it("begins among recent numbers, of which some may still appear", () => {
    const position = makeReadingPosition(10, [row(7, 1), row(9, 1), row(11, 1)])
    assert.strictEqual(position.floor(), 7)
    assert.deepStrictEqual(
      position.unread([row(8, 1), row(9, 1), row(10, 1), row(11, 1)]).map(({ seq }) => seq),
      [8, 10],
    )
    assert.strictEqual(makeReadingPosition(0, []).floor(), 0)
    assert.strictEqual(makeReadingPosition(10, [row(12, 1)]).floor(), 10)
  })

  it("remembers how far it had come some time ago", () => {
    const position = makeReadingPosition(10, [])
    assert.isUndefined(position.mark(0, 100))
    position.read(11)
    assert.isUndefined(position.mark(60, 100))
    assert.strictEqual(position.mark(100, 100), 10)
    assert.strictEqual(position.mark(300, 100), 11)
  })
})

describe("events as text", () => {
  it("have an id by which a listener resumes", () => {
    const { text } = encodeChanges([row(7, 4711, 4712)], {})
    const event = (id: string, lead: number) =>
      `id: ${id}\nevent: lead\ndata: {"id":${lead},"status":"FAILED","at":"2026-01-21T10:35:00.120Z"}\n\n`
    assert.strictEqual(text, event("7.0", 4711) + event("7.1", 4712))
    const after = parsePosition("7.0")
    assert.deepStrictEqual(after, { seq: 7, index: 0, floor: 6 })
    assert(after !== undefined && after !== null)
    assert.strictEqual(
      encodeChanges([row(7, 4711, 4712), row(8, 1)], { after }).text,
      event("7.1", 4712) + event("8.0", 1),
    )
  })

  it("name the floor where smaller numbers are missing", () => {
    const position = makeReadingPosition(6, [])
    const { text } = encodeChanges([row(7, 1), row(9, 2), row(10, 3)], {
      floor: position.floor,
      onRow: position.read,
    })
    assert.deepStrictEqual(
      [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id),
      ["7.0", "9.0.7", "10.0.7"],
    )
    assert.deepStrictEqual(parsePosition("9.0.7"), { seq: 9, index: 0, floor: 7 })
  })

  it("are bounded, and say how many were skipped", () => {
    const rows = [row(1, 1, 2, 3), row(2, 4, 5)]
    const { text } = encodeChanges(rows, { most: 3 })
    assert.match(text, /^event: skipped\ndata: \{"count":2\}\n\nid: 1\.2\n/)
    assert.lengthOf(text.match(/event: lead/g) ?? [], 3)
  })

  it("take no id for a position that is none", () => {
    for (const id of [
      "x",
      "1",
      "1.",
      "1.2.",
      "1.2.3.4",
      "-1.0",
      "1.0 ",
      "9".repeat(16) + ".0",
      "1.1234567",
      "０.０",
    ]) {
      assert.isNull(parsePosition(id), id)
    }
    assert.isUndefined(parsePosition(undefined))
    assert.isUndefined(parsePosition(""))
  })
})
