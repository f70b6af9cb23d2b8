import { assert, describe, it } from "@effect/vitest"
import {
  type AttributeDefinition,
  compileMapping,
  compileMappingOrThrow,
  compileTemplateOrThrow,
  makeUnknownTally,
  map,
  unknownValues,
} from "@lead-gateway/attribute-mapper"
import type { Json } from "@lead-gateway/lossless-json"
import { Arbitrary, Result, Schema } from "effect"

const template = compileTemplateOrThrow({ sent: { $attributes: "object" } })

const offer = {
  attribute_type: "dropdown",
  is_numeric: false,
  values: ["Beides interessant", "Mieten", "Kaufen"],
  synonyms: [
    { answers: ["buy"], value: "Kaufen" },
    { answers: ["rent"], value: "Mieten" },
    { answers: ["buy", "rent"], value: "Beides interessant" },
  ],
} as const satisfies AttributeDefinition

const outcome = (definition: AttributeDefinition, value: Json): Json => {
  const mapping = compileMappingOrThrow({ x: definition })
  const result = map({ mapping, template, payload: { x: value } })
  assert(result._tag === "Mapped")
  const [omitted] = result.omitted
  if (omitted !== undefined) return `omitted: ${omitted.reason}`
  return result.absent.length > 0 ? "absent" : ((result.payload["sent"] as { x?: Json }).x ?? "nothing")
}

const tally = "Tally: a dropdown's value is a list of option ids, https://tally.so/help/webhooks"
const rails = "https://github.com/heartcombo/simple_form/issues/1753"
const formtastic = "https://github.com/formtastic/formtastic/issues/697"
const petal = "https://github.com/petalframework/petal_components/issues/429"
const simpleForm = "https://github.com/heartcombo/simple_form/issues/603"
const salesforce = "https://github.com/verbb/formie/issues/2124: the CRM refuses a list"
const lasso =
  "https://github.com/zaus/forms-3rdparty-integration/issues/87: the only answer of several was dropped"

/** Answers to a dropdown for one value, what is sent, and the source of such answers. */
const answers: ReadonlyArray<readonly [value: Json, expected: Json, source: string]> = [
  [["Kaufen"], "Kaufen", tally],
  [["buy"], "Kaufen", lasso],
  [["buy", "rent"], "Beides interessant", "issue"],
  [["rent", "buy"], "Beides interessant", "issue: the order does not matter"],
  [["Kaufen", "Mieten"], "Beides interessant", salesforce],
  [["buy", "Mieten"], "Beides interessant", "an answer is the same by any of its names"],
  [["rent", "buy", "rent"], "Beides interessant", "a set has each answer once"],
  [["buy", "Kaufen"], "Kaufen", "two names of one answer"],
  [["", "buy"], "Kaufen", formtastic],
  [["", "buy", "rent"], "Beides interessant", rails],
  [["rent", ""], "Mieten", simpleForm],
  [["", "buy", null, "rent"], "Beides interessant", petal],
  [[""], "omitted: blank", formtastic],
  [[], "absent", simpleForm],
  [["buy", "lease"], "omitted: not_an_allowed_value", "an unknown answer is not dropped"],
  [["Kaufen", "Beides interessant"], "omitted: not_an_allowed_value", "no entry for this set"],
  [["buy", "rent", "Beides interessant"], "omitted: not_an_allowed_value", "no part of a set is enough"],
  [[["buy"]], "omitted: wrong_type", "a list in a list is no answer"],
  [["buy", { label: "rent" }], "omitted: wrong_type", "an object is no answer"],
  ["buy, rent", "omitted: not_an_allowed_value", "one text is one answer"],
  [Array.from({ length: 101 }, () => "buy"), "omitted: too_many_items", "at most 100"],
]

describe("several answers to a dropdown for one value", () => {
  it.each(answers)("%j become %j (%s)", (value, expected) => {
    assert.deepStrictEqual(outcome(offer, value), expected)
  })

  it.prop(
    "mean the same in any order, however often each is given",
    [Arbitrary.schema(Schema.Array(Schema.Literals(["buy", "rent", "Kaufen", "Mieten", "lease", "", "5"])))],
    ([list]) => {
      assert.deepStrictEqual(outcome(offer, list.toReversed()), outcome(offer, list))
      if (list.length < 50)
        assert.deepStrictEqual(
          outcome(offer, [...list, ...list]),
          list.length === 0 ? "absent" : outcome(offer, list),
        )
    },
  )

  it("are not told apart by case if that is ignored, nor by white space in the mapping", () => {
    const definition = {
      ...offer,
      ignore_case: true,
      synonyms: [{ answers: ["Zu\u00a0 kaufen", "zu mieten"], value: "Beides interessant" }],
    } satisfies AttributeDefinition
    assert.strictEqual(outcome(definition, ["ZU MIETEN", "zu kaufen"]), "Beides interessant")
    assert.strictEqual(outcome(definition, ["mieten"]), "Mieten")
  })

  it("can be numbers, true and false, which match texts of the same spelling", () => {
    const definition = {
      ...offer,
      synonyms: [{ answers: [1, true], value: "Beides interessant" }],
    } satisfies AttributeDefinition
    for (const value of [
      [1, true],
      ["true", "1"],
      [true, JSON.rawJSON("1")],
    ]) {
      assert.strictEqual(outcome(definition, value), "Beides interessant")
    }
  })

  it("are formatted like one", () => {
    assert.strictEqual(outcome({ ...offer, format: { as: "upper" } }, ["rent", "buy"]), "BEIDES INTERESSANT")
  })

  it("are no answer to a text, a range or a dropdown of any text, but one in a list is", () => {
    const open = { attribute_type: "dropdown", is_numeric: false, values: null } as const
    for (const definition of [
      { ...open, attribute_type: "text" },
      { ...open, attribute_type: "range" },
      open,
    ] as const) {
      assert.strictEqual(outcome(definition, ["5"]), "5")
      assert.strictEqual(outcome(definition, ["5", "6"]), "omitted: wrong_type")
    }
  })

  it("are sent as a list where multiple is true", () => {
    const multiple = { ...offer, multiple: true, synonyms: { buy: "Kaufen", rent: "Mieten" } } as const
    assert.deepStrictEqual(outcome(multiple, ["rent", "buy"]), ["Mieten", "Kaufen"])
  })

  it("without a value are reported as answers of a synonym that is lacking", () => {
    const mapping = compileMappingOrThrow({ x: offer })
    const unknown = (x: Json) => unknownValues(mapping, { x }).map(({ value }) => value)
    assert.deepStrictEqual(unknown(["rent", "lease", "rent"]), ['["lease","rent"]'])
    assert.deepStrictEqual(unknown(["lease", ""]), ["lease"])
    assert.deepStrictEqual(unknown(["rent", "buy"]), [])
    assert.deepStrictEqual(unknown(["rent", {}]), [])
    const counted = makeUnknownTally(mapping)
    for (const x of [["a", "b"], ["b", "a"], ["a"]]) counted.add({ x })
    assert.deepStrictEqual(counted.report()[0]?.values, [
      { value: '["a","b"]', count: 2 },
      { value: "a", count: 1 },
    ])
  })
})

describe("a list of synonyms", () => {
  const reported = (definition: Partial<Record<keyof AttributeDefinition, unknown>>) => {
    const compiled = compileMapping({ x: { ...offer, ...definition } })
    return Result.isFailure(compiled) ? compiled.failure.message.split("\n") : []
  }

  it("is checked: unknown values, answers with two meanings, equal sets, answers that mean the same", () => {
    assert.deepStrictEqual(
      reported({
        synonyms: [
          { answers: ["a", "b"], value: "Beides" },
          { answers: ["a", "b"], value: "Kaufen" },
          { answers: ["b", "a"], value: "Mieten" },
          { answers: ["Kaufen"], value: "Mieten" },
          { answers: ["Kaufen", "Mieten"], value: "Beides interessant" },
          { answers: ["buy"], value: "Kaufen" },
          { answers: ["Mieten", "buy"], value: "Kaufen" },
          { answers: ["buy", "Kaufen"], value: "Kaufen" },
          { answers: ["buy"], value: "Kaufen" },
          { answers: ["a", "b", "c"], value: "Kaufen" },
        ],
      }),
      [
        'x.synonyms.0.value: found "Beides", expected one of values: "Beides interessant", "Mieten", "Kaufen"',
        'x.synonyms.3.answers: found ["Kaufen"], expected another answer: this one is a value, or a synonym, already',
        'x.synonyms.8.answers: found ["buy"], expected another answer: this one is a value, or a synonym, already',
        'x.synonyms.1.answers: found ["a","b"], expected other answers: synonyms.0 has these, in whatever order',
        'x.synonyms.2.answers: found ["b","a"], expected other answers: synonyms.0 has these, in whatever order',
        'x.synonyms.6.answers: found ["Mieten","buy"], expected other answers: synonyms.4 has these, in whatever order',
        'x.synonyms.7.answers: found ["buy","Kaufen"], expected answers that differ: two of these mean the same',
      ],
    )
  })

  it("is checked: its form", () => {
    assert.deepStrictEqual(
      reported({
        synonyms: [
          { answers: [], value: "Kaufen" },
          { answers: "buy", value: "Kaufen" },
          { answers: [" "] },
          "buy",
        ],
      }),
      [
        "x.synonyms.0.answers: found [], expected a list of 1 to 100 answers",
        'x.synonyms.1.answers: found "buy", expected a list of 1 to 100 answers',
        'x.synonyms.2.answers.0: found " ", expected a text that is not blank, a number, true or false',
        "x.synonyms.2.value: found nothing, expected a text that is not blank, or a number; the key is required",
        'x.synonyms.3: found "buy", expected an object with the keys answers and value',
      ],
    )
    assert.match(
      reported({ synonyms: "buy" }).join(),
      /^x.synonyms: found "buy", expected an object: other answer/,
    )
    assert.deepStrictEqual(
      reported({ ignore_case: true, synonyms: [{ answers: ["A", "a"], value: "Kaufen" }] }),
      ['x.synonyms.0.answers: found ["A","a"], expected answers that differ: two of these mean the same'],
    )
  })

  it("has sets only where one value is sent", () => {
    assert.deepStrictEqual(reported({ multiple: true, synonyms: offer.synonyms }), [
      'x.synonyms.2.answers: found ["buy","rent"], expected one answer: with "multiple": true each answer is a value of its own',
    ])
    assert.deepStrictEqual(reported({ values: null }), [
      `x.synonyms: found ${JSON.stringify(offer.synonyms).slice(0, 120)}…, expected no synonyms: only a dropdown with values has some`,
    ])
  })
})
