import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Json, mergePatch, parse, stringify } from "../src/index.ts"

const json = (text: string): Json => Result.getOrThrow(parse(text))

// The examples of RFC 7396, appendix A.
const examples: ReadonlyArray<readonly [target: string, patch: string, result: string]> = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ['{"id":1}', '{"id":12345678901234567890,"x":1.50}', '{"id":12345678901234567890,"x":1.5}'],
  ['{"__proto__":{"a":1},"b":2}', '{"__proto__":{"c":3}}', '{"__proto__":{"a":1,"c":3},"b":2}'],
  ['{"toString":1}', '{"constructor":{"a":1}}', '{"toString":1,"constructor":{"a":1}}'],
]

describe("mergePatch", () => {
  it.each(examples)("of %s with %s is %s", (target, patch, result) => {
    const before = json(target)
    assert.strictEqual(stringify(mergePatch(before, json(patch))), result)
    assert.strictEqual(stringify(before), stringify(json(target)))
  })

  it.each(examples)("of %s with %s, applied twice, is applied once", (target, patch) => {
    const once = mergePatch(json(target), json(patch))
    assert.strictEqual(stringify(mergePatch(once, json(patch))), stringify(once))
  })
})
