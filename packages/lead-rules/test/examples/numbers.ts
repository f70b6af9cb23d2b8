import { type ExamplesOf, raw } from "./Examples.ts"

export const numbers: ExamplesOf<"range"> = {
  range: {
    evaluated: [
      {
        asked: { operator: "range", min: 1, max: 3 },
        met: [1, 2.5, 3],
        unmet: [0, 3.1, "2", true, [2], {}],
      },
      { asked: { operator: "range", above: 1, below: 3 }, met: [2, 1.0001], unmet: [1, 3] },
      {
        asked: { operator: "range", integer: true },
        met: [2, -3, raw("1e400"), raw("12345678901234567890")],
        unmet: [2.5, raw("1.00000000000000000001"), raw("1e-400")],
      },
      {
        asked: { operator: "range", max: 0.3 },
        met: [0.3, raw("0.300"), raw("0.29999999999999999999"), raw("-1e400")],
        unmet: [raw("0.30000000000000001"), raw("1e400")],
      },
      {
        asked: { operator: "range", above: raw("9007199254740992") },
        met: [raw("9007199254740993")],
        unmet: [raw("9007199254740991")],
      },
      {
        asked: { operator: "range", below: raw("9007199254740992") },
        met: [raw("-9007199254740993")],
        unmet: [raw("9007199254740993")],
      },
      {
        asked: { operator: "range", min: 1000, max: 5000, allow_text: true },
        met: ["5000", " 2000 ", "+1e3", "1000.0", 3000, "4999.99999999999999999"],
        unmet: ["5000.00000000000000001", "5,000", "0x1000", "viel", "999", "1e400", true],
      },
      {
        asked: { operator: "range", min: -5, allow_text: true },
        met: ["-5", ".5"],
        unmet: ["-5.1", "-1e400"],
      },
    ],
    explained: [
      [
        { operator: "range", max: raw("18446744073709551615"), above: raw("0.1234567890123456789") },
        0.1,
        "kind must be more than 0.1234567890123456789 and at most 18446744073709551615, but this number is not",
      ],
      [
        { operator: "range", min: 20, below: 100 },
        5,
        "kind must be at least 20 and less than 100, but this number is not",
      ],
      [
        { operator: "range", integer: true, allow_text: true },
        "x",
        "kind must be a whole number, but this text is not",
      ],
    ],
    limits: [
      { operator: "range", min: 5, max: 5 },
      { operator: "range", min: raw("18446744073709551615"), max: raw("18446744073709551615") },
      { operator: "range", below: raw("-1e400") },
      { operator: "range", above: 5, max: 5.5 },
      { operator: "range", min: 5, below: 5.5 },
      { operator: "range", above: 5, below: 5.5 },
      { operator: "range", min: 5 },
      { operator: "range", max: 5 },
      { operator: "range", above: 5 },
      { operator: "range", below: 5 },
      { operator: "range", integer: true },
      { operator: "range", allow_text: true },
    ],
    wrongLimits: [
      [
        { operator: "range" },
        "a condition with at least one of the keys min, max, above, below, integer, allow_text",
      ],
      [
        { operator: "range", min: raw("18446744073709551616"), max: raw("18446744073709551615") },
        "at least min, which is 18446744073709551616",
      ],
      [{ operator: "range", above: raw("1e400"), below: raw("1.0e400") }, "more than above, which is 1e400"],
      [{ operator: "range", min: 6, max: 5 }, "at least min, which is 6"],
      [{ operator: "range", above: 5, max: 5 }, "more than above, which is 5"],
      [{ operator: "range", min: 5, below: 5 }, "more than min, which is 5"],
      [{ operator: "range", above: 5, below: 5 }, "more than above, which is 5"],
    ],
    redundant: [
      [
        { operator: "range", min: 20 },
        { operator: "range", min: 10 },
      ],
    ],
    contradictory: [
      [
        { operator: "range", integer: true },
        { operator: "range", above: 1, below: 2 },
      ],
    ],
    overlapping: [
      { operator: "range", min: 2 },
      { operator: "range", max: raw("12345678901234567890"), allow_text: true },
      { operator: "range", above: 2 },
      { operator: "range", max: 2, allow_text: true },
      { operator: "range", below: 2 },
      { operator: "range", min: 2, max: 2 },
      { operator: "range", above: 2, below: 3 },
      { operator: "range", integer: true },
      { operator: "range", integer: true, min: 1, max: 2, allow_text: true },
    ],
  },
}
