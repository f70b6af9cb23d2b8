import { anyJson } from "@lead-gateway/testkit/any-json"
import { Arbitrary, Result, Schema } from "effect"
import { isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { compileProfile } from "@lead-gateway/normalizer"

/** Few keys, so that paths of profiles and payloads meet, and some that are each other's spelling. */
const keys = ["a", "A", "b", "B?", "0", "1", "*", "q", "a1", "A2", "a{n}", "__proto__"]

const texts = [
  ["0171 2345678", "n/a", "+49 (0) 681 12-34", "7", " JA ", "1", "0", "A@B.de"],
  ["1.234,5", "1,234.5", "1.234", "12.345.678.901.234.567.890", "5 kWh", "-0", "1e5"],
  ["1.2.2026", "02/01/2026", "1. März 26", "2026-02-01 14:30z", "31.2.2026"],
  ["D-66123", "66 123", "1067", "ANNA-MARIA VON DER LEYEN", "o'brien", "MacDonald", "ﬁ", "İ"],
  ["\u200b", "a\u00ad\u0301", "👩\u200d👧", "می\u200cخ", "\u0085", "J\u030c", "ja, klar"],
  ["0175/234234, 0160/345345", "tel:863-1234;phone-context=+1-914-555", "0800 FOR PIZZA", "12. March", "00"],
  [
    "Anna <a@b.de>",
    "mailto:A%40b.de",
    "a@x.de, b@y.de",
    "120,- €",
    "2016-12-31T23:59:60Z",
    "PETER AUF DER HEIDE",
  ],
  ["\u2066 1\u2069", "🏴\u{e0067}\u{e0062}", "6\u206066123", "\u3164", "1\ufe0f\u20e3", "a\ufe0f\u200d👧"],
  ["a", "A :", "b?", "q*", "*"],
  ['{"a":" x","b":{"q":7},"a1":"n/a"}', ' [{"q":"a","b":"o1"}] ', "{", '{"a":\u0085"b"}'],
  ["o1", " o1", "o\u200b2", "O1"],
].flat()

const { object, value } = anyJson({ keys, texts })

/** Any payload, with something in it here and there that a form has something to do with. */
export const AnyPayload = object

const Count = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))

const Key = Schema.Literals(keys)
const Path = Arbitrary.schema(Schema.NonEmptyArray(Key)).pipe(
  Arbitrary.map((segments) => segments.slice(0, 2).join(".")),
)

const declarations: ReadonlyArray<Json> = [
  "email",
  "phone",
  "postal_code",
  "boolean",
  "number",
  "date",
  "name",
  "text",
  { kind: "phone", country: "IT" },
  { kind: "postal_code", country: "PL" },
  { kind: "boolean", yes: ["Ja, klar"] },
  { kind: "number", notation: "en", units: ["kWh"] },
  { kind: "date", order: "month_first", two_digit_years_from: 1930 },
]
const Declaration = Count.pipe(Arbitrary.map((index) => declarations[index % declarations.length] ?? "text"))

const short = { maxLength: 4 }

/** Profiles whose fields and aliases do not overlap: what does is left out, one by one, until it compiles. */
export const AnyCase: Arbitrary.Arbitrary<Case> = Arbitrary.all({
  notation: Arbitrary.schema(Schema.Literals(["de", "en", ""])),
  fields: Arbitrary.array(Arbitrary.all({ path: Path, declaration: Declaration }), short),
  aliases: Arbitrary.array(Arbitrary.all({ path: Path, sources: Arbitrary.array(Path, short) }), short),
  list: Path,
  answers: Count,
  payload: object,
  plants: Arbitrary.array(Arbitrary.all({ at: Count, how: Count, value }), { maxLength: 8 }),
}).pipe(
  Arbitrary.map(({ notation, fields, aliases, list, answers, payload, plants }) => {
    let data: JsonObject = { version: "1", default_country: "DE", ...(notation === "" ? {} : { notation }) }
    const offer = (more: JsonObject) => {
      if (Result.isSuccess(compileProfile({ ...data, ...more }))) data = { ...data, ...more }
    }
    for (const { path, declaration } of fields) {
      offer({ fields: { ...(data["fields"] as JsonObject | undefined), [path]: declaration } })
    }
    for (const { path, sources } of aliases) {
      for (const source of [...sources.flatMap((source) => joined(source, answers)), `${list}.a`]) {
        const others = new Map(Object.entries((data["aliases"] ?? {}) as Record<string, ReadonlyArray<Json>>))
        offer({ aliases: Object.fromEntries(others.set(path, [...(others.get(path) ?? []), source])) })
      }
    }
    offer({ answer_lists: [{ path: list, ...(answerLists[answers % answerLists.length] as JsonObject) }] })
    return { data, payload: plants.reduce((planted, plant) => planter(data)(planted, plant), payload) }
  }),
)

/** A source, and for some profiles before it fields of the object there, to join. */
const joined = (path: string, count: number): ReadonlyArray<Json> => {
  if (count % 2 === 0) return [path]
  const some = { path, join: ["a", "b", "q.0"], required: ["b"], prefix: "+" }
  return [some, { path, join: ["B?", "a"] }, path]
}

/** Where the items of a list have their question and answer. */
const answerLists: ReadonlyArray<Json> = [
  { question: "q", answer: "b" },
  { question: ["a", "q"], answer: ["A", "b"] },
  { question: "q", answer: ["b.*.a", "b.0", "A"] },
  { question: "q", answer: ["b.1.a", "A"] },
  { question: "q", answer: ["b", "A"], options: { path: "o", id: "a", text: "q" } },
  { question: "q", answer: "b.*.a", options: { path: "o", id: "a", text: "q" } },
  { question: "a", answer: "b", question_texts: { path: "a", id: "a", text: "q" } },
]

/** A profile, and a payload that has values where the profile looks for them, in one shape or another. */
export interface Case {
  readonly data: JsonObject
  readonly payload: JsonObject
}

const planter = (data: JsonObject) => {
  const { fields = {}, aliases = {} } = data as {
    fields?: JsonObject
    aliases?: Record<string, ReadonlyArray<string | { readonly path: string }>>
  }
  const paths = [
    ...Object.keys(fields),
    ...Object.entries(aliases).flatMap(([to, sources]) => {
      const from = sources.flatMap((source) =>
        typeof source === "string" ? [source] : [`${source.path}.a`, `${source.path}.b`],
      )
      return [to, ...from, ...from]
    }),
  ]
  return (payload: JsonObject, { at, how, value }: { at: number; how: number; value: Json }): JsonObject => {
    const path = paths[at % Math.max(paths.length, 1)]?.split(".") ?? []
    return path.length === 0 ? payload : (plant(payload, path, how, value) as JsonObject)
  }
}

const plant = (
  into: Json | undefined,
  [key, ...rest]: ReadonlyArray<string>,
  how: number,
  value: Json,
): Json => {
  if (key === undefined) return value
  const object = into !== undefined && isJsonObject(into) ? into : {}
  const spelled = how % 3 === 0 ? key.toUpperCase() : how % 7 === 0 ? `${key}?` : key
  const inner = Object.hasOwn(object, spelled) ? object[spelled] : undefined
  const [next] = rest
  if (rest.length === 1 && how % 5 === 0) {
    const o = [
      { a: "o1", q: "One" },
      { a: "o2", q: value },
    ]
    const items: ReadonlyArray<JsonObject> = [
      { q: next ?? "" },
      { q: `${next} :`, b: value, a: 1, o },
      { b: value },
      { q: next ?? "", b: [{ a: value }, { a: "o1" }, value], A: value, o },
    ]
    if (how % 2 === 0) return { ...object, [spelled]: JSON.stringify(items) }
    return {
      ...object,
      [spelled]: how % 4 === 1 ? { x: items[3] ?? null, [next ?? ""]: items[1] ?? null } : items,
    }
  }
  if (rest.length === 1 && (next === "*" || next === "0"))
    return { ...object, [spelled]: [value, { a: value }] }
  return { ...object, [spelled]: plant(inner, rest, how, value) }
}
