import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { normalize } from "@lead-gateway/normalizer"
import { propertyRuns } from "@lead-gateway/testkit/property-runs"
import { profileWith } from "./support.ts"

const kinds = ["email", "phone", "postal_code", "boolean", "number", "date", "name", "text"] as const

/** Pieces of values of every kind, and what stands between, before and in them. */
const pieces = [
  [
    "0681",
    "12345",
    "+49",
    "0049",
    "(0)",
    "/",
    " / ",
    "-",
    ",",
    ";",
    "tel:",
    ";phone-context=+49",
    "ext",
    "oder",
    "FLOWERS",
  ],
  ["@", "a", "B", ".de", "<", ">", "mailto:", "?", "%40", "\uff20", "\uff0e"],
  ["1", "0", ".", ",-", "€", "'", "2026-02-01", "T23:59:60", "Z", "+01:00", "ja", "D-66123"],
  ["AUF", "der", "von", "IJ", "ij", "ß", "ﬁ", "İ", "ǰ", "J\u030c", "e\u0301", "(", ")", '"'],
  [
    "\0",
    "\u0085",
    "\u00a0",
    "\u00ad",
    "\u034f",
    "\u115f",
    "\u1161",
    "\u1100",
    "\u1160",
    "\u11ab",
    "\u180b",
    "\u180e",
    "ᠠ",
  ],
  [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2060",
    "\u2800",
    "⠓",
    "\u3164",
    "\ufeff",
    "\ufe0e",
    "\ufe0f",
    "\ufe00",
  ],
  [
    "👧",
    "🏽",
    "🏴",
    "\u{e0067}",
    "\u{e007f}",
    "\u20e3",
    "#",
    "م",
    "क्",
    "葛",
    "\u{e0100}",
    "\ud83d",
    "\udc00",
    "\u0344",
    "\u2000",
    "\u212b",
  ],
].flat()

const Nasty = Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 12 }).pipe(
  Arbitrary.map((chosen) => chosen.join("")),
)

describe("normalize, with any text in a field of every kind", () => {
  const countries = ["DE", "US", "NL", "IT"].map((country) => [
    profileWith({
      default_country: country,
      fields: Object.fromEntries(kinds.map((kind) => [kind, kind])),
    }),
    profileWith({
      default_country: country,
      notation: "de",
      fields: Object.fromEntries(kinds.map((kind) => [kind, kind])),
    }),
  ])

  it.prop(
    "changes nothing the second time, and keeps what it cannot read",
    [Nasty],
    ([text]) => {
      const payload = Object.fromEntries([...kinds, "undeclared"].map((key) => [key, text]))
      for (const profile of countries.flat()) {
        const once = normalize(profile, payload)
        const twice = normalize(profile, once.payload)
        assert.deepStrictEqual(twice, { payload: once.payload, changes: [], unread: once.unread })
        for (const { path } of once.unread) assert.strictEqual(once.payload[path], once.payload["undeclared"])
      }
    },
    propertyRuns(800),
  )
})
