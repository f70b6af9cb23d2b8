import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result } from "effect"
import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonObject,
  parse,
  stringify,
} from "@lead-gateway/lossless-json"
import { compileProfile, normalize, type Unread } from "@lead-gateway/normalizer"
import { ProfileData } from "@lead-gateway/normalizer/schema"
import { propertyRuns } from "@lead-gateway/testkit/property-runs"
import { AnyCase, AnyPayload } from "./anyCase.ts"

const compiled = (data: JsonObject) => Result.getOrThrow(compileProfile(data))

const keysIn = (value: Json): ReadonlyArray<string> => {
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).flatMap(keysIn)
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysIn(inner)]) : []
}

/** The same value with what texts hold as JSON. */
const opened = (value: Json): Json => {
  if (typeof value === "string") return Result.getOrElse(parse(value.replaceAll("\u0085", " ")), () => value)
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).map(opened)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]))
}

/** The same value with the keys of every object the other way round. */
const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).map(reversed)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, Json] => [key, reversed(inner)])
      .toReversed(),
  )
}

/** The text of a value that is the same whatever the order of keys. */
const sorted = (value: Json): string => {
  if (Array.isArray(value)) return `[${(value as ReadonlyArray<Json>).map(sorted).join()}]`
  if (!isJsonObject(value) || isRawNumber(value)) return stringify(value)
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`)
  return `{${entries.sort().join()}}`
}

const runs = propertyRuns(300)

describe("normalize, with any profile and any payload", () => {
  it.prop(
    "changes nothing the second time, and leaves nothing else unread",
    [AnyCase],
    ([{ data, payload }]) => {
      const profile = compiled(data)
      const once = normalize(profile, payload)
      const twice = normalize(profile, once.payload)
      assert.deepStrictEqual(twice.changes, [])
      assert.strictEqual(twice.payload, once.payload)
      // The identifier of no option is reported as it is moved, so the second time only where it was not.
      const isValue = ({ kind }: Unread) => kind !== "option"
      assert.deepStrictEqual(twice.unread.filter(isValue), once.unread.filter(isValue))
      assert.includeDeepMembers([...once.unread], [...twice.unread])
    },
    runs,
  )

  it.prop(
    "gives the same whatever the order of keys, in the payload and in the profile",
    [AnyCase],
    ([{ data, payload }]) => {
      const expected = sorted(normalize(compiled(data), payload).payload)
      assert.strictEqual(sorted(normalize(compiled(data), reversed(payload) as JsonObject).payload), expected)
      assert.strictEqual(sorted(normalize(compiled(reversed(data) as JsonObject), payload).payload), expected)
    },
    runs,
  )

  it.prop(
    "invents no key, but those of aliases",
    [AnyCase],
    ([{ data, payload }]) => {
      const { payload: after, changes } = normalize(compiled(data), payload)
      const known = new Set(keysIn(opened(payload)))
      for (const { kind, path } of changes) {
        if (kind === "moved") for (const key of path.split(".")) known.add(key)
      }
      for (const key of keysIn(after)) assert.isTrue(known.has(key), key)
    },
    runs,
  )

  it.prop(
    "reports changes without values, unless they are asked for",
    [AnyCase],
    ([{ data, payload }]) => {
      const plain = normalize(compiled(data), payload)
      const shown = normalize(compiled(data), payload, { values: "show" })
      assert.strictEqual(stringify(shown.payload), stringify(plain.payload))
      const withoutValues = shown.changes.map(({ before: _, after: __, ...change }) => change)
      assert.deepStrictEqual<unknown>(withoutValues, plain.changes)
      for (const change of shown.changes) assert.isTrue("before" in change && "after" in change)
    },
    propertyRuns(60),
  )
})

describe("normalize, with any profile of the schema", () => {
  it.prop(
    "succeeds, and is idempotent",
    [Arbitrary.schema(ProfileData), AnyPayload],
    ([data, payload]) => {
      const profile = Result.getOrUndefined(compileProfile(data))
      if (profile === undefined) return
      const once = normalize(profile, payload).payload
      assert.strictEqual(normalize(profile, once).payload, once)
    },
    runs,
  )
})
