import { type ExamplesOf, raw } from "./Examples.ts"

const values = [false, 0, [], {}, "x", raw("1e400")] as const

export const presence: ExamplesOf<"present" | "absent"> = {
  present: {
    evaluated: [{ asked: { operator: "present" }, met: values, unmet: [undefined, null, "", "\n "] }],
    explained: [[{ operator: "present" }, null, "kind must be present, but is null"]],
    limits: [],
    wrongLimits: [],
    redundant: [[{ operator: "zip", ranges: ["66000-66999"] }, { operator: "present" }]],
    contradictory: [[{ operator: "absent" }, { operator: "present" }]],
    overlapping: [{ operator: "present" }],
  },
  absent: {
    evaluated: [{ asked: { operator: "absent" }, met: [undefined, null, "", "\n "], unmet: values }],
    explained: [[{ operator: "absent" }, "x", "kind must be absent, but is a text"]],
    limits: [],
    wrongLimits: [],
    redundant: [[{ operator: "absent" }, { operator: "absent" }]],
    contradictory: [[{ operator: "present" }, { operator: "absent" }]],
    overlapping: [{ operator: "absent" }],
  },
}
