import { assert, describe, it } from "@effect/vitest"
import { formatFor } from "../src/MetricsAnswer.ts"

describe("the format of metrics", () => {
  it.each([
    [undefined, "prometheus"],
    ["*/*", "prometheus"],
    ["text/plain", "prometheus"],
    // Prometheus 2.42.
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    ["Application/OpenMetrics-Text; version=1.0.0", "openmetrics"],
    ["application/openmetrics-text;q=0", "prometheus"],
    ["application/openmetrics-text; q=0.0, text/plain", "prometheus"],
    ["application/openmetrics-text-x", "prometheus"],
  ] as const)("for Accept: %s is %s", (accept, format) => {
    assert.strictEqual(formatFor(accept), format)
  })
})
