/** What the compiler says of calls: `tsc` checks this file, so it cannot pass where a type is wrong. */
import { assert, it } from "@effect/vitest"
import {
  compileVerifier,
  type PresetName,
  type presets,
  type VerifierDocument,
} from "@lead-gateway/webhook-verifier"
import { expectTypeOf } from "vitest"

it("compileVerifier takes any JSON, and offers the keys of a document where it is written inline", () => {
  type Parameter = Parameters<typeof compileVerifier>[0]
  const json: unknown = JSON.parse('{"preset":"meta"}')
  assert.strictEqual(compileVerifier(json)._tag, "Success")
  expectTypeOf<unknown>().toExtend<Parameter>()
  expectTypeOf<Extract<Parameter, { readonly preset: PresetName }>>().toExtend<VerifierDocument>()
  expectTypeOf<keyof typeof presets>().toEqualTypeOf<PresetName>()
})
