import type { ExamplesOf } from "./Examples.ts"

export const zips: ExamplesOf<"zip"> = {
  zip: {
    evaluated: [
      {
        asked: {
          operator: "zip",
          codes: ["SW1A 1AA", "01067"],
          ranges: ["66000-66999", "66990-67010", "00-05"],
          prefixes: ["88*", "9*"],
        },
        met: ["SW1A 1AA", "01067", "66000", "67010", "03", "88", "88999", "9"],
        unmet: ["67011", "65999", "06", "066500", "6650", "8", 66123, "66 12", "6612a", ["66123"]],
      },
    ],
    explained: [
      [
        { operator: "zip", codes: ["1"], prefixes: ["66*"] },
        "x",
        "kind must be one of the codes 1 or 66*, but this text is not",
      ],
    ],
    limits: [
      { operator: "zip", codes: ["66123"] },
      { operator: "zip", ranges: ["66000-66999"] },
      { operator: "zip", prefixes: ["66*"] },
    ],
    wrongLimits: [[{ operator: "zip" }, "a condition with at least one of the keys codes, ranges, prefixes"]],
    redundant: [
      [
        { operator: "zip", ranges: ["66100-66199"] },
        { operator: "zip", ranges: ["66000-66999"] },
      ],
    ],
    contradictory: [
      [
        { operator: "zip", ranges: ["66000-66999"] },
        { operator: "zip", prefixes: ["67*", "A*"] },
      ],
    ],
    overlapping: [
      { operator: "zip", ranges: ["66000-66999"] },
      { operator: "zip", ranges: ["66100-66200", "66150-66160"], codes: ["66300", "ab"] },
      { operator: "zip", prefixes: ["66*", "a*"] },
      { operator: "zip", prefixes: ["661*"], codes: ["66123"] },
    ],
  },
}
