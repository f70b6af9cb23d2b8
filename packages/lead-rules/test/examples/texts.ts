import type { ExamplesOf } from "./Examples.ts"

export const texts: ExamplesOf<"starts_with" | "ends_with" | "contains" | "pattern" | "length"> = {
  starts_with: {
    evaluated: [
      {
        asked: { operator: "starts_with", value: "+49" },
        met: ["+49 681"],
        unmet: ["0049", "x+49", 49, ["+49"]],
      },
      {
        asked: { operator: "starts_with", value: "AB", ignore_case: true },
        met: ["abc"],
        unmet: ["cab", 1],
      },
      {
        asked: { operator: "starts_with", value: "ΟΔΟΣ", ignore_case: true },
        met: ["οδος 5", "οδοσήμα", "ΟΔΟΣΗΜΑ"],
        unmet: ["οδο"],
      },
    ],
    explained: [
      [{ operator: "starts_with", value: "+49" }, "x", 'kind must begin with "+49", but this text does not'],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "starts_with", value: "Dr. med." },
        { operator: "starts_with", value: "Dr." },
      ],
    ],
    contradictory: [
      [
        { operator: "starts_with", value: "AB" },
        { operator: "starts_with", value: "C" },
      ],
    ],
    overlapping: [
      { operator: "starts_with", value: "a" },
      { operator: "starts_with", value: "66" },
      { operator: "starts_with", value: "A", ignore_case: true },
    ],
  },
  ends_with: {
    evaluated: [
      {
        asked: { operator: "ends_with", value: ".de" },
        met: ["a@b.de"],
        unmet: ["a@b.DE", "a.de ", 1],
      },
      { asked: { operator: "ends_with", value: ".de", ignore_case: true }, met: ["A.DE"], unmet: ["a.com"] },
    ],
    explained: [[{ operator: "ends_with", value: ".de" }, "", 'kind must end with ".de", but is blank']],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "ends_with", value: "strasse" },
        { operator: "ends_with", value: "e" },
      ],
    ],
    contradictory: [
      [
        { operator: "ends_with", value: "ab" },
        { operator: "ends_with", value: "c" },
      ],
    ],
    overlapping: [
      { operator: "ends_with", value: "b" },
      { operator: "ends_with", value: "ab" },
    ],
  },
  contains: {
    evaluated: [
      { asked: { operator: "contains", value: "." }, met: ["a.b"], unmet: ["ab", ["."], {}] },
      {
        asked: { operator: "contains", value: "größe", ignore_case: true },
        met: ["DIE GRÖSSE? GRÖßE"],
        unmet: ["groesse"],
      },
    ],
    explained: [[{ operator: "contains", value: "@" }, 1, 'kind must contain "@", but is a number']],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "one_of", values: ["66111", "66112"] },
        { operator: "contains", value: "611" },
      ],
    ],
    contradictory: [
      [
        { operator: "one_of", values: ["66111", "66112"] },
        { operator: "contains", value: "8" },
      ],
    ],
    overlapping: [
      { operator: "contains", value: "a" },
      { operator: "contains", value: "B", ignore_case: true },
    ],
  },
  pattern: {
    evaluated: [
      {
        asked: { operator: "pattern", pattern: "^66\\d{3}$" },
        met: ["66123"],
        unmet: ["67123", "66123\n", 66123, ["66123"], false],
      },
    ],
    explained: [
      [
        { operator: "pattern", pattern: "^66\\d{3}$" },
        "x",
        "kind must match ^66\\d{3}$, but this text does not",
      ],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "one_of", values: ["66111", "66112"] },
        { operator: "pattern", pattern: "^66" },
      ],
    ],
    contradictory: [
      [
        { operator: "one_of", values: ["66111", "66112"] },
        { operator: "pattern", pattern: "^8" },
      ],
    ],
    overlapping: [
      { operator: "pattern", pattern: "^66" },
      { operator: "pattern", pattern: "^[ab]+$" },
    ],
  },
  length: {
    evaluated: [
      {
        asked: { operator: "length", min: 2, max: 3 },
        met: ["ab", "abc", "😀😀😀"],
        unmet: ["a", "abcd", "😀", 12, [1, 2]],
      },
      { asked: { operator: "length", min: 3 }, met: ["abc", "\ud800a\udc00"], unmet: ["ab", "😀a"] },
      { asked: { operator: "length", max: 2 }, met: ["😀😀", "a"], unmet: ["abc"] },
    ],
    explained: [
      [
        { operator: "length", min: 2, max: 50 },
        "x",
        "kind must have 2 to 50 characters, but this text does not",
      ],
      [{ operator: "length", max: 1 }, "xy", "kind must have at most 1 character, but this text does not"],
    ],
    limits: [{ operator: "length", min: 5, max: 5 }],
    wrongLimits: [
      [{ operator: "length" }, "a condition with at least one of the keys min, max"],
      [{ operator: "length", min: 5, max: 4 }, "at least min, which is 5"],
    ],
    redundant: [
      [
        { operator: "length", min: 3, max: 5 },
        { operator: "length", min: 2, max: 6 },
      ],
    ],
    contradictory: [
      [
        { operator: "length", max: 4 },
        { operator: "length", min: 5 },
      ],
    ],
    overlapping: [
      { operator: "length", min: 2 },
      { operator: "length", max: 1 },
      { operator: "length", min: 1 },
      { operator: "length", min: 5, max: 5 },
    ],
  },
}
