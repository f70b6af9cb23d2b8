import { type ExamplesOf, raw } from "./Examples.ts"

export const equality: ExamplesOf<"equals" | "not_equals" | "one_of" | "none_of" | "type"> = {
  equals: {
    evaluated: [
      {
        asked: { operator: "equals", value: "Kaufen" },
        met: ["Kaufen"],
        unmet: ["kaufen", " Kaufen", 1, true, ["Kaufen"], {}],
      },
      {
        asked: { operator: "equals", value: "Kaufen", ignore_case: true },
        met: ["KAUFEN"],
        unmet: ["Kauf", 1],
      },
      { asked: { operator: "equals", value: true }, met: [true], unmet: [false, "true", 1, [true]] },
      {
        asked: { operator: "equals", value: 0 },
        met: [0, -0, raw("0.00")],
        unmet: ["0", 1, false, raw("1e-400")],
      },
      {
        asked: { operator: "equals", value: 2 ** 64 },
        met: [2 ** 64],
        unmet: [raw("12345678901234567890"), raw("18446744073709551616")],
      },
    ],
    explained: [
      [{ operator: "equals", value: "Kaufen" }, "x", 'kind must be "Kaufen", but this text is not'],
      [{ operator: "equals", value: true }, false, "kind must be true, but is false"],
      [{ operator: "equals", value: true }, "true", "kind must be true, but is a text"],
      [
        { operator: "equals", value: "a", ignore_case: true },
        "b",
        'kind must be "a" in any case, but this text is not',
      ],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "equals", value: "Ja" },
        { operator: "equals", value: "JA", ignore_case: true },
      ],
    ],
    contradictory: [
      [
        { operator: "equals", value: 1 },
        { operator: "equals", value: "1" },
      ],
    ],
    overlapping: [
      { operator: "equals", value: "a" },
      { operator: "equals", value: "AB", ignore_case: true },
      { operator: "equals", value: 2 },
      { operator: "equals", value: true },
    ],
  },
  not_equals: {
    evaluated: [
      { asked: { operator: "not_equals", value: "x" }, met: ["y", 1, [], {}, false], unmet: ["x"] },
      {
        asked: { operator: "not_equals", value: "x", ignore_case: true },
        met: ["y", 1],
        unmet: ["x", "X"],
      },
    ],
    explained: [[{ operator: "not_equals", value: true }, true, "kind must not be true, but it is"]],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "equals", value: "a" },
        { operator: "not_equals", value: "b" },
      ],
    ],
    contradictory: [
      [
        { operator: "equals", value: true },
        { operator: "not_equals", value: true },
      ],
    ],
    overlapping: [
      { operator: "not_equals", value: "a" },
      { operator: "not_equals", value: true },
    ],
  },
  one_of: {
    evaluated: [
      {
        asked: { operator: "one_of", values: ["a", 1, true] },
        met: ["a", 1, true, raw("1.0")],
        unmet: ["A", 2, false, ["a"], {}, raw("1.00000000000000000001")],
      },
      {
        asked: { operator: "one_of", values: ["a", "b"], ignore_case: true },
        met: ["A", "b"],
        unmet: ["c", 1],
      },
      {
        asked: { operator: "one_of", values: ["a", "b"] },
        met: ["a", "b"],
        unmet: ["A", "ab", 1, true],
      },
      {
        asked: { operator: "one_of", values: Array.from("abcdefghij") },
        met: ["a", "j"],
        unmet: ["k", 1, {}],
      },
      {
        asked: { operator: "one_of", values: ["ΟΔΟΣ", "STRAẞE"], ignore_case: true },
        met: ["οδος", "οδοσ", "straße"],
        unmet: ["strasse"],
      },
    ],
    explained: [
      [{ operator: "one_of", values: ["a", "b", 3] }, {}, 'kind must be "a", "b" or 3, but is an object'],
      [
        { operator: "one_of", values: [1, 2, 3, 4, 5, 6] },
        7,
        "kind must be 1, 2, 3, 4 or 2 more, but this number is not",
      ],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "one_of", values: ["a", "b"] },
        { operator: "one_of", values: ["a", "b", "c"] },
      ],
    ],
    contradictory: [
      [
        { operator: "one_of", values: ["a", 1, true] },
        { operator: "one_of", values: ["b", 2, false] },
      ],
    ],
    overlapping: [
      { operator: "one_of", values: ["a", "ab", "66123", 2, 3, true] },
      { operator: "one_of", values: ["a", "ab", "b"] },
      { operator: "one_of", values: [true, false] },
    ],
  },
  none_of: {
    evaluated: [
      { asked: { operator: "none_of", values: ["a", 1] }, met: ["A", 2, true, [], {}], unmet: ["a", 1] },
    ],
    explained: [[{ operator: "none_of", values: ["a", "b"] }, "a", 'kind must not be "a" or "b", but it is']],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "none_of", values: ["a", 1, true] },
        { operator: "none_of", values: ["a", 1] },
      ],
    ],
    contradictory: [
      [
        { operator: "one_of", values: ["a", "b"] },
        { operator: "none_of", values: ["a", "b", "c"] },
      ],
    ],
    overlapping: [
      { operator: "none_of", values: ["a", 2, false] },
      { operator: "none_of", values: ["AB", "b"], ignore_case: true },
    ],
  },
  type: {
    evaluated: [
      { asked: { operator: "type", type: "text" }, met: ["a"], unmet: [1, true, [], {}, raw("1e999")] },
      { asked: { operator: "type", type: "number" }, met: [1, raw("1e999")], unmet: ["1", true, [], {}] },
      { asked: { operator: "type", type: "boolean" }, met: [false], unmet: ["false", 0] },
      { asked: { operator: "type", type: "list" }, met: [[]], unmet: [{}, "[]"] },
      { asked: { operator: "type", type: "object" }, met: [{}], unmet: [[], "{}", raw("1e999")] },
    ],
    explained: [[{ operator: "type", type: "object" }, "x", "kind must be an object, but is a text"]],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "range", min: 20 },
        { operator: "type", type: "number" },
      ],
    ],
    contradictory: [
      [
        { operator: "type", type: "list" },
        { operator: "type", type: "object" },
      ],
    ],
    overlapping: [
      { operator: "type", type: "text" },
      { operator: "type", type: "number" },
      { operator: "type", type: "boolean" },
      { operator: "type", type: "list" },
      { operator: "type", type: "object" },
    ],
  },
}
