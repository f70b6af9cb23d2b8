import { assert, describe, it } from "@effect/vitest"
import {
  compileMapping,
  compileMappingOrThrow,
  compileTemplate,
  compileTemplateOrThrow,
  makeUnknownTally,
  map,
  type MapInput,
  unknownValues,
} from "@lead-gateway/attribute-mapper"
import { Result } from "effect"

const mapping = compileMappingOrThrow({})
const template = compileTemplateOrThrow({})
const right = { mapping, template, payload: {} }

/** The message of the `TypeError` that a call throws, as plain JavaScript would see it. */
const messageOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    assert.instanceOf(error, TypeError)
    return error.message
  }
  return "nothing was thrown"
}

const mapWith = (input: unknown) => () => map(input as MapInput)

const noMapping = "expected what compileMapping succeeds with"
const noTemplate = "expected what compileTemplate succeeds with"

describe("a wrong call", () => {
  it.each<readonly [sentence: string, call: () => unknown]>([
    [
      "map: the input is missing, expected an object with the keys mapping, template and payload",
      mapWith(undefined),
    ],
    ["map: the input is a list, expected an object with the keys mapping, template and payload", mapWith([])],
    [
      `map: mapping is a Result: its value is in \`success\`, ${noMapping}`,
      mapWith({ ...right, mapping: compileMapping({}) }),
    ],
    [`map: mapping is missing, ${noMapping}`, mapWith({ template, payload: {} })],
    [
      `map: mapping is a document that was not compiled, ${noMapping}`,
      mapWith({ ...right, mapping: { a: 1 } }),
    ],
    [
      `map: template is a Result: its value is in \`success\`, ${noTemplate}`,
      mapWith({ ...right, template: compileTemplate({}) }),
    ],
    [`map: template is a text, ${noTemplate}`, mapWith({ ...right, template: "{}" })],
    [
      "map: unread is an object, expected the list `unread` of what `normalize` returns",
      mapWith({ ...right, unread: { payload: {}, changes: [], unread: [] } }),
    ],
    [
      "map: an entry of unread is a text, expected an object with the key path, a text",
      mapWith({ ...right, unread: ["phone"] }),
    ],
    [
      "map: constants is a Map, expected an object of names and values",
      mapWith({ ...right, constants: new Map([["product.name", "x"]]) }),
    ],
    [
      "map: deliveryMetadata is a number, expected an object of names and values",
      mapWith({ ...right, deliveryMetadata: 123 }),
    ],
    [
      `unknownValues: mapping is a Result: its value is in \`success\`, ${noMapping}`,
      () => unknownValues(compileMapping({}) as never, {}),
    ],
    [
      `makeUnknownTally: mapping is a Promise, ${noMapping}`,
      () => makeUnknownTally(Promise.resolve(mapping) as never),
    ],
    [
      "makeUnknownTally: the second argument is a number, expected an object of options",
      () => makeUnknownTally(mapping, 100 as never),
    ],
    [
      "makeUnknownTally: maxValues is a text, expected a number",
      () => makeUnknownTally(mapping, { maxValues: "100" as never }),
    ],
    [
      "makeUnknownTally: maxLength is NaN, expected a number",
      () => makeUnknownTally(mapping, { maxLength: Number.NaN }),
    ],
  ])("throws: %s", (sentence, call) => {
    assert.strictEqual(messageOf(call), sentence)
  })

  it("with null where nothing is given is none", () => {
    const input = { ...right, unread: null, constants: null, deliveryMetadata: null, values: null }
    assert.deepStrictEqual(map(input as never), map(right))
    assert.deepStrictEqual(compileTemplate({}, null as never)._tag, "Success")
    assert.deepStrictEqual(makeUnknownTally(mapping, null as never).report(), [])
  })
})

const failureOf = (compiled: Result.Result<unknown, Error>): string =>
  Result.isFailure(compiled) ? compiled.failure.message : ""

describe("what is no document", () => {
  it("is reported with a sentence", () => {
    assert.strictEqual(
      failureOf(compileMapping("{}")),
      'mapping: found "{}", expected parsed JSON, not its text',
    )
    assert.strictEqual(
      failureOf(compileTemplate("{}")),
      'template: found "{}", expected parsed JSON, not its text',
    )
    assert.match(
      failureOf(compileMapping(compileMapping({}))),
      /^mapping: found .*, expected parsed JSON, not a Result: its value is in `success`$/,
    )
    assert.match(
      failureOf(compileTemplate(new Map())),
      /^template: found .*, expected parsed JSON, not a Map$/,
    )
    assert.match(
      failureOf(compileTemplate(Promise.resolve({}))),
      /^template: found .*, expected parsed JSON, not a Promise$/,
    )
  })

  it("is reported for names too", () => {
    assert.match(
      failureOf(compileTemplate({}, { attributes: mapping as never })),
      /^template: found .*, expected the attributes of the second argument to be a list of names, such as mapping\.names$/,
    )
    assert.match(
      failureOf(compileTemplate({}, { constants: { "product.name": "x" } as never })),
      /to be a list of names, such as Object\.keys\(constants\)$/,
    )
  })

  it("that throws when it is read is reported as such", () => {
    const throwing = {
      get a(): never {
        throw new RangeError("no")
      },
    }
    for (const compiled of [compileMapping(throwing), compileTemplate(throwing)]) {
      assert.match(
        failureOf(compiled),
        /: found a value that throws when it is read \(RangeError\), expected parsed JSON$/,
      )
    }
  })
})
