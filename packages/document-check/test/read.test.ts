import { assert, describe, it } from "@effect/vitest"
import { makeReport, type Diagnostic, read, Shape } from "@lead-gateway/document-check"
import { parse } from "@lead-gateway/lossless-json"
import { Result } from "effect"

const dish = Shape.object(
  {
    name: Shape.notBlank,
    price: Shape.number({ expected: "a number from 0 to 100", minimum: 0, maximum: 100 }),
    hot: Shape.optional(Shape.boolean()),
  },
  { expected: "a dish: an object with the keys name and price" },
)

const menu = Shape.object(
  {
    $schema: Shape.schemaReference,
    dishes: Shape.list(dish, {
      minimum: 1,
      maximum: 3,
      expected: "a list of dishes",
      expectedLength: "a list of 1 to 3 dishes",
    }),
    day: Shape.optional(Shape.literals(["Mon", "Tue"])),
  },
  { expected: "an object with the key dishes" },
)

const linesOf = (diagnostics: ReadonlyArray<Diagnostic>) =>
  diagnostics.map(({ path, actual, expected }) => `${path}: found ${actual}, expected ${expected}`)

const reported = (shape: Shape.Shape<unknown>, json: unknown): ReadonlyArray<string> => {
  const { diagnostics, report } = makeReport()
  const value = read(shape, json, report)
  assert.strictEqual(value === undefined, diagnostics.length > 0)
  return linesOf(diagnostics)
}

const valueOf = <T>(shape: Shape.Shape<T>, json: unknown): T | undefined =>
  read(shape, json, () => assert.fail())

const tea = { name: "tea", price: 2 }

describe("read", () => {
  it("gives what is right, as a copy", () => {
    const json = { dishes: [{ ...tea, hot: true }], day: "Mon", $schema: "./menu.schema.json" }
    const value = valueOf(menu, json)
    assert.deepStrictEqual<unknown>(value, json)
    assert.notStrictEqual<unknown>(value?.dishes, json.dishes)
    const price: number | undefined = value?.dishes[0]?.price
    assert.strictEqual(price, 2)
  })

  it("reports everything that is invalid: of an object the unknown keys, then the keys of the shape in its order", () => {
    const dishes = [{ price: "2", cold: true, name: " " }, {}, 7, tea]
    assert.deepStrictEqual(reported(menu, { chef: "Ada", day: "Sun", dishes }), [
      'chef: found "Ada", expected no key but $schema, dishes, day',
      "dishes.0.cold: found true, expected no key but name, price, hot",
      'dishes.0.name: found " ", expected a text that is not blank',
      'dishes.0.price: found "2", expected a number from 0 to 100',
      "dishes.1.name: found nothing, expected a text that is not blank; the key is required",
      "dishes.1.price: found nothing, expected a number from 0 to 100; the key is required",
      "dishes.2: found 7, expected a dish: an object with the keys name and price",
      'day: found "Sun", expected "Mon" or "Tue"',
    ])
    assert.deepStrictEqual(reported(menu, []), [": found [], expected an object with the key dishes"])
  })

  it("says of a text what is wrong with it, where the shape can", () => {
    const even = Shape.text({
      expected: "a text",
      also: {
        holds: ({ length }) => length % 2 === 0,
        expected: ({ length }) => `an even number of characters, not ${length}`,
      },
    })
    assert.deepStrictEqual(reported(even, "tea"), [
      ': found "tea", expected an even number of characters, not 3',
    ])
    assert.deepStrictEqual(reported(even, 3), [": found 3, expected a text"])
    assert.deepStrictEqual(valueOf(even, "milk"), "milk")
  })

  it("knows true and false as literals", () => {
    const always = Shape.literals([true, "often"])
    const values: ReadonlyArray<true | "often" | undefined> = [
      valueOf(always, true),
      valueOf(always, "often"),
    ]
    assert.deepStrictEqual(values, [true, "often"])
    assert.deepStrictEqual(reported(always, false), [': found false, expected true or "often"'])
    assert.deepStrictEqual(reported(always, "true"), [': found "true", expected true or "often"'])
    const mixed = Shape.union([always, Shape.number({ expected: "a number" })], { expected: "how often" })
    assert.deepStrictEqual(reported(mixed, false), [': found false, expected true or "often"'])
  })

  it("looks at the length of a list once its items are right", () => {
    assert.deepStrictEqual(reported(menu, { dishes: [] }), [
      "dishes: found [], expected a list of 1 to 3 dishes",
    ])
    assert.deepStrictEqual(reported(menu, { dishes: [tea, tea, tea, 4] }), [
      "dishes.3: found 4, expected a dish: an object with the keys name and price",
    ])
    assert.deepStrictEqual(reported(menu, {}), [
      "dishes: found nothing, expected a list of 1 to 3 dishes; the key is required",
    ])
  })

  it("looks at own properties alone, and takes __proto__ for a key like any other", () => {
    assert.deepStrictEqual(reported(menu, Object.create({ dishes: [tea] })), [
      "dishes: found nothing, expected a list of 1 to 3 dishes; the key is required",
    ])
    assert.deepStrictEqual(reported(menu, JSON.parse('{ "dishes": [], "__proto__": 1 }')), [
      "__proto__: found 1, expected no key but $schema, dishes, day",
      "dishes: found [], expected a list of 1 to 3 dishes",
    ])
    const prices = Shape.record(Shape.number({ expected: "a price" }), { expected: "prices" })
    const value = valueOf(prices, JSON.parse('{ "__proto__": 1 }'))
    assert.deepStrictEqual(Object.entries(value ?? {}), [["__proto__", 1]])
  })

  it("takes no number that a double cannot hold, and shows its digits", () => {
    const count = Shape.integer({ expected: "a whole number" })
    for (const text of ["1.5", "12345678901234567890", "1e400"]) {
      assert.deepStrictEqual(reported(count, Result.getOrThrow(parse(text))), [
        `: found ${text}, expected a whole number`,
      ])
    }
    assert.strictEqual(valueOf(count, -3), -3)
    assert.lengthOf(reported(Shape.number({ expected: "a number" }), Number.NaN), 1)
  })

  it("takes an exact number with all its digits, and no whole number that JSON.parse may have rounded", () => {
    const bound = Shape.nullOr(Shape.exactNumber({ expected: "a number" }), { expected: "a number or null" })
    const long = "18446744073709551615"
    const lossless = Result.getOrThrow(parse(long))
    for (const value of [lossless, null, 0, -1.5, Number.MAX_SAFE_INTEGER]) {
      const read = valueOf(bound, value)
      assert.strictEqual<unknown>(read === undefined ? "nothing" : read, value)
    }
    const allDigits =
      "a number with all its digits: beyond 9007199254740991 JSON.parse rounds, lossless-json does not"
    assert.deepStrictEqual(reported(bound, JSON.parse(long)), [
      `: found 18446744073709552000, expected ${allDigits}`,
    ])
    assert.deepStrictEqual(reported(bound, -(2 ** 53)), [`: found -9007199254740992, expected ${allDigits}`])
    assert.deepStrictEqual(reported(bound, Number.POSITIVE_INFINITY), [": found Infinity, expected a number"])
    assert.deepStrictEqual(reported(bound, long), [`: found "${long}", expected a number or null`])
  })

  it("asks of a text that has the form what no form says", () => {
    const range = Shape.text({
      expected: "a range such as 1-2",
      form: /^\d-\d$/u,
      also: { holds: ([from = "", , to = ""]) => from <= to, expected: "the lower number first" },
    })
    assert.strictEqual(valueOf(range, "1-2"), "1-2")
    assert.deepStrictEqual(reported(range, "2-1"), [': found "2-1", expected the lower number first'])
    assert.deepStrictEqual(reported(range, "2"), [': found "2", expected a range such as 1-2'])
    assert.deepStrictEqual(reported(range, 2), [": found 2, expected a range such as 1-2"])
  })

  it("reports the keys of a record that are not names after its values", () => {
    const names = Shape.text({ form: /^[a-z]+$/u, expected: "small letters as the key" })
    const prices = Shape.record(Shape.number({ expected: "a price" }), {
      names,
      isFilled: true,
      expected: "an object with a price for each dish",
    })
    assert.deepStrictEqual(reported(prices, { tea: 2, TEA: 3, "": "4" }), [
      ': found "4", expected a price',
      "TEA: found 3, expected small letters as the key",
      ': found "4", expected small letters as the key',
    ])
    for (const json of [{}, [], null]) {
      assert.deepStrictEqual(reported(prices, json), [
        `: found ${JSON.stringify(json)}, expected an object with a price for each dish`,
      ])
    }
  })

  it("takes further keys where a shape says what they hold, by their form", () => {
    const commented = Shape.object(
      { name: Shape.notBlank },
      {
        expected: "an object",
        others: [
          { keys: /^_/u, value: Shape.unknown() },
          { keys: /^x-/u, value: Shape.boolean() },
        ],
      },
    )
    const json = { _note: [1], "x-new": true, name: "tea" }
    assert.deepStrictEqual<unknown>(valueOf(commented, json), json)
    assert.deepStrictEqual(reported(commented, { "x-new": 1, note: "", name: "tea" }), [
      'note: found "", expected no key but name',
      "x-new: found 1, expected true or false",
    ])
  })

  it("selects the variant by a key, and reports an unknown one at the object or at that key", () => {
    const kinds = [
      Shape.object({ kind: Shape.literals(["a"]), size: Shape.notBlank }, { expected: "an a" }),
      Shape.object({ kind: Shape.literals(["b", "c"]) }, { expected: "a b or a c" }),
    ] as const
    const whole = Shape.variants("kind", kinds, { expected: "an object with a kind" })
    const atKey = Shape.variants("kind", kinds, { expected: "an object with a kind", reportsKey: true })
    assert.deepStrictEqual<unknown>(valueOf(whole, { kind: "c" }), { kind: "c" })
    for (const shape of [whole, atKey]) {
      assert.deepStrictEqual(reported(shape, { kind: "b", size: "x" }), [
        'size: found "x", expected no key but kind',
      ])
      assert.deepStrictEqual(reported(shape, 5), [": found 5, expected an object with a kind"])
    }
    assert.deepStrictEqual(reported(whole, { kind: "toString" }), [
      ': found {"kind":"toString"}, expected an object with a kind',
    ])
    assert.deepStrictEqual(reported(atKey, { size: "x" }), [
      'kind: found nothing, expected "a" or "b" or "c"',
    ])
  })

  it("reports the diagnostics of the one member of a union that accepts such values, else one for the union", () => {
    const prices = Shape.union(
      [
        Shape.number({ expected: "a price" }),
        Shape.list(Shape.number({ expected: "a price" }), { expected: "prices" }),
      ],
      { expected: "a price or a list of them" },
    )
    assert.deepStrictEqual(reported(prices, [1, "2"]), ['1: found "2", expected a price'])
    assert.deepStrictEqual(reported(prices, "2"), [': found "2", expected a price or a list of them'])
    const codes = Shape.union([Shape.literals(["all"]), Shape.text({ form: /^\d+$/u, expected: "digits" })], {
      expected: 'digits or "all"',
    })
    assert.deepStrictEqual(reported(codes, "some"), [': found "some", expected digits or "all"'])
    for (const code of ["all", "12"]) assert.strictEqual(valueOf(codes, code), code)
    const note = Shape.nullOr(Shape.notBlank, { expected: "a text or null" })
    assert.strictEqual(valueOf(note, null), null)
    assert.deepStrictEqual(reported(note, ""), [': found "", expected a text that is not blank'])
  })

  it("reads shapes that hold themselves", () => {
    interface Tree {
      readonly left?: Tree
    }
    const tree: Shape.Shape<Tree> = Shape.object(
      { left: Shape.optional(Shape.lazy((): Shape.Shape<Tree> => tree, { expected: "a tree" })) },
      { expected: "a tree" },
    )
    assert.deepStrictEqual(valueOf(tree, { left: { left: {} } }), { left: { left: {} } })
    assert.deepStrictEqual(reported(tree, { left: { left: 1 } }), ["left.left: found 1, expected a tree"])
  })
})
