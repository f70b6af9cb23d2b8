import { assert, describe, it } from "@effect/vitest"
import { stringify } from "@lead-gateway/lossless-json"
import { type Change, compileProfile, normalize } from "@lead-gateway/normalizer"
import { payloadIn, profileWith } from "./support.ts"

const profile = profileWith({
  fields: { phone: "phone" },
  aliases: {
    phone: [
      "q{n}_tel.full",
      { path: "q{n}_tel", join: ["country", "area", "phone"], required: ["country", "phone"], prefix: "+" },
      { path: "q{n}_tel", join: ["area", "phone"], required: ["phone"] },
      "q{n}_tel",
    ],
    name: [{ path: "raw.name", join: ["first", "middle.0", "last"] }],
  },
})

/** A payload, what becomes of it, and its moves; the phones are the inputs of a Jotform form. */
const rows: ReadonlyArray<readonly [payload: string, expected: string, moves: ReadonlyArray<string>]> = [
  [
    '{"q5_tel":{"area":"0681","phone":"1234567"}}',
    '{"q5_tel":{},"phone":"+496811234567"}',
    ["moved phone < q5_tel"],
  ],
  [
    '{"q5_tel":{"area":681,"phone":12345678,"note":"x"}}',
    '{"q5_tel":{"note":"x"},"phone":"+4968112345678"}',
    ["moved phone < q5_tel"],
  ],
  // The country code is no digit of the national number: Vienna, not Germany.
  [
    '{"q5_tel":{"country":"43","area":"1","phone":"5128900"}}',
    '{"q5_tel":{},"phone":"+4315128900"}',
    ["moved phone < q5_tel"],
  ],
  [
    '{"q5_tel":{"country":"+43","area":"01","phone":"5128900"}}',
    '{"q5_tel":{},"phone":"+4315128900"}',
    ["moved phone < q5_tel"],
  ],
  // A missing field is left out, but not one that is required.
  [
    '{"q5_tel":{"area":"\u200b","phone":"0681 1234567"}}',
    '{"q5_tel":{"area":""},"phone":"+496811234567"}',
    ["moved phone < q5_tel"],
  ],
  ['{"q5_tel":{"area":"0681","phone":" "}}', '{"q5_tel":{"area":"0681","phone":""}}', []],
  ['{"q5_tel":{"country":"49","phone":null}}', '{"q5_tel":{"country":"49","phone":null}}', []],
  // A list or an object is no part of a text.
  ['{"q5_tel":{"area":["0681"],"phone":"1"}}', '{"q5_tel":{"area":["0681"],"phone":"1"}}', []],
  // What is not moved is reported, each field of it, unless it is the same.
  [
    '{"q5_tel":{"full":"0681 123456","area":"0171","phone":"2345678"}}',
    '{"q5_tel":{"area":"0171","phone":"2345678"},"phone":"+49681123456"}',
    ["moved phone < q5_tel.full", "not_moved phone < q5_tel.area", "not_moved phone < q5_tel.phone"],
  ],
  [
    '{"q5_tel":{"full":"0681 123456","area":"0681","phone":"123456"}}',
    '{"q5_tel":{"area":"0681","phone":"123456"},"phone":"+49681123456"}',
    ["moved phone < q5_tel.full"],
  ],
  [
    '{"q5_tel":{"area":"0681","phone":"123456"},"q6_tel":{"area":"0171","phone":"2345678"}}',
    '{"q5_tel":{},"q6_tel":{"area":"0171","phone":"2345678"},"phone":"+49681123456"}',
    ["moved phone < q5_tel", "not_moved phone < q6_tel.area", "not_moved phone < q6_tel.phone"],
  ],
  ['{"q5_tel":"0681 123456"}', '{"phone":"+49681123456"}', ["moved phone < q5_tel"]],
  [
    String.raw`{"raw":"{\"name\":{\"first\":\" Anna\",\"middle\":[\"M.\"],\"last\":\"Beispiel\"}}"}`,
    '{"raw":{"name":{"middle":[null]}},"name":"Anna M. Beispiel"}',
    ["json raw", "moved name < raw.name"],
  ],
  [
    '{"raw":{"name":{"last":"Beispiel"}}}',
    '{"raw":{"name":{}},"name":"Beispiel"}',
    ["moved name < raw.name"],
  ],
]

const printed = ({ from, kind, path }: Change): string =>
  `${kind} ${path}${from === undefined ? "" : ` < ${from}`}`

describe("fields to join", () => {
  it.each(rows)("%s becomes %s", (text, expected, moves) => {
    const once = normalize(profile, payloadIn(text))
    assert.strictEqual(stringify(once.payload), expected)
    const kinds = new Set(["moved", "not_moved", "json"])
    assert.deepStrictEqual(once.changes.filter(({ kind }) => kinds.has(kind)).map(printed), moves)
    const twice = normalize(profile, once.payload)
    assert.strictEqual(twice.payload, once.payload)
    assert.deepStrictEqual(twice.changes, [])
  })

  it("are reported with each value and what they are together", () => {
    const payload = payloadIn('{"q5_tel":{"area":"0681","phone":"1234567"}}')
    assert.deepStrictEqual(normalize(profile, payload, { values: "show" }).changes[0], {
      path: "phone",
      kind: "moved",
      from: "q5_tel",
      before: ["0681", "1234567"],
      after: "0681 1234567",
    })
    assert.deepStrictEqual(normalize(profile, payload).changes[0], {
      path: "phone",
      kind: "moved",
      from: "q5_tel",
    })
  })

  const joined = (join: ReadonlyArray<string>, more: object = {}) => ({ path: "a", join, ...more })

  it.each<[aliases: Readonly<Record<string, ReadonlyArray<unknown>>>, diagnostics: ReadonlyArray<string>]>([
    [{ p: [joined(["x"])] }, ["aliases.p.0.join: a list of two paths or more"]],
    [{ p: [joined(["x", "x"])] }, ["aliases.p.0.join.1: a path that does not overlap with x"]],
    [
      { p: [joined(["x", "y.*", "q{n}"], { required: ["w"] })] },
      [
        "aliases.p.0.join.1: a path without *: each is one value",
        "aliases.p.0.join.2: a path without {n}, which is for the path of the object",
        "aliases.p.0.required.0: one of x, y.*, q{n}",
      ],
    ],
    [{ p: [joined(["x", "y"], { prefix: " " })] }, ["aliases.p.0.prefix: a text that is not blank"]],
    [{ "a.x": [joined(["x", "y"])] }, ["aliases.a.x.0: a path that does not overlap with a.x"]],
    [{ a: [joined(["x", "y"])] }, ["aliases.a.0: a path that does not overlap with a"]],
    [{ p: ["a.x", joined(["x", "y"])] }, ["aliases.p.1: a path that does not overlap with a.x"]],
    [{ p: [joined(["x", "y"])], o: ["a.y"] }, ["aliases.o.0: a path that does not overlap with a.y"]],
    [
      { p: ["q{n}_t.x"], o: [{ path: "q3_t", join: ["x", "y"] }] },
      ["aliases.p.0: a path that does not overlap with q3_t.x"],
    ],
    [
      { p: [{ path: "list.q", join: ["x", "y"] }], o: ["list.r"] },
      ["aliases.p.0: fields outside list, which is a list of answers"],
    ],
    [{ p: [7] }, ["aliases.p.0: a path such as house.is_owner, or an object with the keys path and join"]],
  ])("of %j are reported", (aliases, expected) => {
    const lists = "o" in aliases && aliases["o"]?.[0] === "list.r"
    const compiled = compileProfile({
      version: "1",
      default_country: "DE",
      aliases,
      ...(lists ? { answer_lists: [{ path: "list", question: "t", answer: "v" }] } : {}),
    })
    assert.deepStrictEqual(
      compiled._tag === "Failure"
        ? compiled.failure.diagnostics.map(({ expected, path }) => `${path}: ${expected}`)
        : [],
      expected,
    )
  })
})
