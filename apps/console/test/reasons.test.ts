import { assert, describe, it } from "vitest"
import { adviceOn } from "../web/reasons.ts"

describe("what helps about a reason", () => {
  it.each([
    ["REJECTED", "ZIP_NOT_66XXX", /A rule does not want them/],
    ["REJECTED", "MISSING_REQUIRED_FIELD", /a rule reads is missing/],
    ["FAILED", "MISSING_REQUIRED_FIELD", /^Parked: the customer needs a field/],
    ["FAILED", "ANOTHER", /^Parked: something keeps them/],
    ["PERMANENTLY_FAILED", "RETRIES_EXHAUSTED", /once the customer takes leads again/],
    ["PERMANENTLY_FAILED", "DELIVERY_OUTCOME_UNKNOWN", /before you replay/],
    ["PERMANENTLY_FAILED", "duplicate", /refused them with this reason/],
  ] as const)("%s, %s", (status, reason, said) => assert.match(adviceOn({ status, reason }), said))
})
