import { assert, describe, it } from "@effect/vitest"
import {
  type AttributeDefinition,
  compileMapping,
  compileMappingOrThrow,
  compileTemplateOrThrow,
  map,
} from "@lead-gateway/attribute-mapper"
import { type Json, parse } from "@lead-gateway/lossless-json"
import { Arbitrary, Result, Schema } from "effect"

const template = compileTemplateOrThrow({ x: { $attributes: "object" } })

const numeric = { attribute_type: "text", is_numeric: true, values: null } as const
const range = { attribute_type: "range", is_numeric: true, values: null } as const
const dropdown = { attribute_type: "dropdown", is_numeric: false } as const

/** `sent`, or why a value is omitted. */
const outcome = (definition: AttributeDefinition, value: Json): string => {
  const mapping = compileMappingOrThrow({ x: definition })
  const result = map({ mapping, template, payload: { x: value } })
  assert(result._tag === "Mapped")
  const [omitted] = result.omitted
  if (omitted !== undefined) return omitted.reason
  assert.deepStrictEqual<unknown>(result.payload["x"], { x: value })
  return "sent"
}

const lossless = (text: string): Json => Result.getOrThrow(parse(text))

const contract = "contract.md, Mapping: with is_numeric it must parse as a finite number"
const json = "RFC 8259 section 6"
const isNumber = "https://github.com/jonschlinkert/is-number/issues/3"
const testsOfLodash = "https://github.com/lodash/lodash/issues/1547"
const vueCurrency = "https://github.com/dm4t2/vue-currency-input/issues/102"
const odoo = "https://github.com/odoo/odoo/issues/255107"

/** A text, what becomes of it where a number is expected, and the source of that reading. */
const texts: ReadonlyArray<readonly [text: string, expected: string, source: string]> = [
  ["5000", "sent", contract],
  ["5000.5", "sent", json],
  ["-1", "sent", json],
  ["1e3", "sent", json],
  ["1E-3", "sent", json],
  ["0", "sent", testsOfLodash],
  ["-10", "sent", testsOfLodash],
  ["040", "sent", `${testsOfLodash}: not octal`],
  ["+7", "sent", "the normaliser reads it"],
  [".5", "sent", "https://github.com/oat-sa/tao-core/issues/1830"],
  ["   56\r\n  ", "sent", isNumber],
  ["5.000", "ambiguous_number", "issue: the normaliser calls it ambiguous"],
  ["1.234", "ambiguous_number", vueCurrency],
  ["1.000", "ambiguous_number", odoo],
  ["1,000", "ambiguous_number", odoo],
  [
    "2.804",
    "ambiguous_number",
    "https://github.com/sbcgua/text2tab/issues/12: meant 2804, was read as 2.804",
  ],
  ["1,234", "ambiguous_number", "https://github.com/cgeo/cgeo/issues/1107: was cut to 1"],
  ["-12.345", "ambiguous_number", vueCurrency],
  [" +999.999 ", "ambiguous_number", vueCurrency],
  ["0.500", "sent", "no group begins with 0"],
  ["5.00", "sent", "no group has two digits"],
  ["5.0000", "sent", "no group has four digits"],
  ["1234.567", "sent", "no first group has four digits"],
  ["1.234e3", "sent", "no group has an exponent"],
  [".5e3", "not_a_number", `${json}: int is at least one digit`],
  ["5.", "not_a_number", `${json}: frac is a point and at least one digit`],
  ["1.334,00", "not_a_number", odoo],
  ["1.355,90€", "not_a_number", "https://github.com/deadlocker8/BudgetMaster/issues/731: was cut to 1,35"],
  ["1.000.000", "not_a_number", "a group mark is in no JSON number; declare the field as number"],
  ["9 999,999", "not_a_number", "https://github.com/commercetools/ui-kit/issues/1017"],
  ["1 2", "not_a_number", json],
  ["5\u00a0000", "not_a_number", json],
  ["5_000", "not_a_number", "numeric separators are of ECMAScript alone"],
  ["0x10", "not_a_number", "https://github.com/jquery/jquery/issues/2781"],
  ["-0xFF", "not_a_number", "https://github.com/jquery/jquery/issues/2781"],
  ["0b1", "not_a_number", "https://github.com/boa-dev/boa/pull/5509"],
  ["Infinity", "not_a_number", "https://github.com/espruino/Espruino/issues/325"],
  ["+inf", "not_a_number", "https://github.com/boa-dev/boa/pull/5509"],
  ["INFINITY", "not_a_number", "https://github.com/tc39/test262/issues/3442"],
  ["NaN", "not_a_number", json],
  ["1e999", "not_a_number", contract],
  [".", "not_a_number", "https://github.com/espruino/Espruino/issues/325"],
  ["12abc", "not_a_number", "https://github.com/josdejong/mathjs/pull/1303"],
  ["٥٠٠٠", "not_a_number", "https://github.com/khaled-alshamaa/ar-php/issues/31; JSON has ASCII digits"],
  ["۵۰۰۰", "not_a_number", "https://github.com/jackocnr/intl-tel-input/issues/2105; JSON has ASCII digits"],
  ["５０００", "not_a_number", "libphonenumber's tests have such digits; JSON has ASCII digits"],
  ["½", "not_a_number", "https://github.com/jakeboone02/numeric-quantity/issues/20"],
  ["10²", "not_a_number", "NFKC would make it 102"],
  ["−5", "not_a_number", "U+2212 is no minus sign of JSON"],
  ["   ", "blank", isNumber],
  ["\r\n\t", "blank", isNumber],
  ["\u0085\u2003", "blank", "U+0085 is white space of Unicode"],
  [`0.${"0".repeat(400)}1`, "not_a_number", "the normaliser reads no text of more than 400 characters"],
  ["1e-401", "not_a_number", "the gateway accepts no exponent beyond 400"],
]

describe("a number", () => {
  it.each(texts)("in the text %j is: %s (%s)", (text, expected) => {
    assert.strictEqual(outcome(numeric, text), expected)
    assert.strictEqual(outcome(range, text), expected)
  })

  it("is never in doubt if JSON has it as a number", () => {
    for (const text of ["5.000", "1.234", "-12.345"])
      assert.strictEqual(outcome(numeric, lossless(text)), "sent")
  })

  it("is no NaN and no infinity, of any type", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const definition of [numeric, range, { ...numeric, is_numeric: false }]) {
      for (const value of values) assert.strictEqual(outcome(definition, value), "not_a_number")
    }
    for (const definition of [numeric, range]) {
      assert.strictEqual(outcome(definition, JSON.rawJSON("1e999")), "not_a_number")
    }
  })
})

const typebox = "https://github.com/xddq/schema2typebox/issues/56"
const projog = "https://github.com/s-webber/projog/issues/169"
const vdmj = "https://github.com/nickbattle/vdmj/issues/109"
const validator = "https://github.com/apache/commons-validator/pull/400"

/** A bound and a value of the same double, as JSON, and what becomes of the value. */
const bounds: ReadonlyArray<
  readonly [key: "min" | "max", bound: string, value: string, expected: string, source: string]
> = [
  ["max", "18446744073709551615", "18446744073709551615", "sent", typebox],
  ["max", "18446744073709551615", "18446744073709551614", "sent", typebox],
  ["max", "18446744073709551615", "18446744073709551616", "out_of_range", typebox],
  ["max", "18446744073709551615", '"18446744073709551616"', "out_of_range", typebox],
  ["max", '"18446744073709551615"', "18446744073709551616", "out_of_range", typebox],
  ["max", '"1.8446744073709551615e19"', '"18446744073709551615.0"', "sent", typebox],
  ["min", "9223372036854775807", "9223372036854775806", "out_of_range", projog],
  ["min", "9223372036854775807", "9223372036854775807", "sent", projog],
  ["max", "-9223372036854775808", "-9223372036854775807", "out_of_range", projog],
  ["min", "-9223372036854775808", "-9223372036854775807", "sent", projog],
  ["max", "-9223372036854775807", "-9223372036854775806", "out_of_range", vdmj],
  ["min", "5", "18446744073709551616", "sent", validator],
  ["max", "0.1", "0.10000000000000000001", "out_of_range", "digits after the point count as well"],
  ["min", "0.1", '"0.10"', "sent", "zeros at the end do not count"],
  ["max", "0", "0.00000000000000000001e-390", "out_of_range", "its double is 0"],
  ["max", "0", "-0", "sent", "zero has no sign"],
  ["min", "0", '"-0.0"', "sent", "zero has no sign"],
]

describe("a bound", () => {
  it.each(bounds)("%s %s is compared digit by digit with %s: %s (%s)", (key, bound, value, expected) => {
    const definition = lossless(
      `{"attribute_type":"range","is_numeric":true,"values":null,"${key}":${bound}}`,
    ) as AttributeDefinition
    assert.strictEqual(outcome(definition, lossless(value)), expected)
  })

  it.prop(
    "orders numbers as integers are ordered, however long they are",
    [Arbitrary.schema(Schema.BigInt), Arbitrary.schema(Schema.BigInt)],
    ([any, difference]) => {
      // Longer ones are beyond what a double holds.
      const one = BigInt.asIntN(1000, any)
      const other = one + (difference % 3n)
      const max = JSON.rawJSON(String(one)) as AttributeDefinition["max"]
      const bounded = { ...range, ...(max === undefined ? {} : { max }) }
      assert.strictEqual(outcome(bounded, JSON.rawJSON(String(other))), other > one ? "out_of_range" : "sent")
    },
  )
})

/** Documents as `JSON.parse` reads them, and what is reported. */
const rounded: ReadonlyArray<readonly [definition: string, path: string, source: string]> = [
  [`{"attribute_type":"range","is_numeric":true,"values":null,"max":18446744073709551615}`, "x.max", typebox],
  [
    `{"attribute_type":"range","is_numeric":true,"values":null,"min":-9223372036854775808}`,
    "x.min",
    "https://github.com/sourcemeta/jsonschema/issues/235",
  ],
  [
    `{"attribute_type":"range","is_numeric":true,"values":null,"max":9007199254740993}`,
    "x.max",
    "https://github.com/josdejong/lossless-json/issues/268",
  ],
  [
    `{"attribute_type":"dropdown","is_numeric":false,"values":[1,20190622154026220130025363]}`,
    "x.values.1",
    "https://github.com/killme2008/aviatorscript/issues/162",
  ],
  [
    `{"attribute_type":"text","is_numeric":false,"values":null,"default":9999999999999999999}`,
    "x.default",
    "becomes 1e19",
  ],
  [
    `{"attribute_type":"text","is_numeric":false,"values":null,"format":{"as":"words","words":{"a":9007199254740993}}}`,
    "x.format.words.a",
    "as above",
  ],
]

describe("a number of a document that JSON.parse has rounded", () => {
  it.each(rounded)("%s is reported at %s (%s), and accepted from lossless-json", (definition, path) => {
    const compiled = compileMapping({ x: JSON.parse(definition) as unknown })
    assert(Result.isFailure(compiled))
    assert.deepStrictEqual(
      compiled.failure.diagnostics.map((diagnostic) => diagnostic.path),
      [path],
    )
    assert.match(
      compiled.failure.message,
      /expected a number with all its digits: beyond 9007199254740991 JSON\.parse rounds/,
    )
    const exact = compileMapping({ x: lossless(definition) })
    assert.isTrue(Result.isSuccess(exact))
  })

  it("is compared digit by digit among the values of a dropdown", () => {
    const values = lossless("[18446744073709551615, 7]") as AttributeDefinition["values"]
    const definition = { ...dropdown, values }
    for (const [text, expected] of [
      ["18446744073709551615", "sent"],
      ["1.8446744073709551615e19", "sent"],
      ["18446744073709551616", "not_an_allowed_value"],
      ["7", "sent"],
      ['"18446744073709551615"', "not_an_allowed_value"],
    ] as const) {
      assert.strictEqual(outcome(definition, lossless(text)), expected, text)
    }
  })

  it("is a bound's problem too: 1e400 and 5.000 are none, and min must not be above max", () => {
    const reported = (bounds: string) => {
      const compiled = compileMapping({
        x: lossless(`{"attribute_type":"range","is_numeric":true,"values":null,${bounds}}`),
      })
      return Result.isFailure(compiled) ? compiled.failure.message : ""
    }
    assert.strictEqual(
      reported('"min":18446744073709551616,"max":18446744073709551615'),
      "x.min: found 18446744073709551616, expected a number up to max, which is 18446744073709551615",
    )
    assert.strictEqual(reported('"min":18446744073709551615,"max":"18446744073709551615"'), "")
    assert.strictEqual(
      reported('"max":"5.000"'),
      'x.max: found "5.000", expected a number that is not in doubt: without the quotes',
    )
    assert.strictEqual(reported('"max":"5,5"'), 'x.max: found "5,5", expected a number, or a text of one')
    assert.strictEqual(reported('"max":"1e400"'), 'x.max: found "1e400", expected a number, or a text of one')
  })
})
