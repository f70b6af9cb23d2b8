/** What the compiler says of calls: `tsc` checks this file, so it cannot pass where a type is wrong. */
import { assert, it } from "@effect/vitest"
import { compileProfile, compileProfileOrThrow, type ProfileData } from "@lead-gateway/normalizer"
import { expectTypeOf } from "vitest"

it("compileProfile takes any JSON, and offers the keys of a profile where it is written inline", () => {
  type Parameter = Parameters<typeof compileProfile>[0]
  const json: unknown = JSON.parse('{"version":"1","default_country":"DE"}')
  assert.strictEqual(compileProfile(json)._tag, "Success")
  assert.strictEqual(compileProfileOrThrow(json).version, "1")
  expectTypeOf<unknown>().toExtend<Parameter>()
  // The contextual type of an inline literal, which is what editors complete.
  expectTypeOf<Extract<Parameter, { readonly default_country: string }>>().toEqualTypeOf<ProfileData>()
  expectTypeOf<Parameters<typeof compileProfileOrThrow>[0]>().toEqualTypeOf<Parameter>()
})
