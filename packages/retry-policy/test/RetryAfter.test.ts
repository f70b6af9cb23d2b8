import { assert, describe, it } from "@effect/vitest"
import { decide } from "@lead-gateway/retry-policy"
import { answer } from "./support/answer.ts"
import { policyOf } from "./support/policy.ts"

const nowMs = Date.UTC(2026, 1, 18, 8, 0, 0)

const policy = policyOf({ backoff: { kind: "exponential", base: "1ms" } })

/** The wait that a header makes of a 429, in seconds; `undefined` where it is not read, and the backoff of 1 ms stays. */
const waitOf = (retryAfter: string): number | undefined => {
  const decision = decide({ policy, attempt: 1, outcome: answer(429, { retryAfter }), nowMs })
  assert(decision._tag === "RetryAfter")
  return decision.delayMs === 1 ? undefined : decision.delayMs / 1000
}

const day = 86_400

describe("Retry-After", () => {
  it.each<[header: string, seconds: number | undefined, source: string]>([
    ["120", 120, "RFC 9110, section 10.2.3"],
    ["Wed, 18 Feb 2026 08:05:00 GMT", 300, "RFC 9110, section 5.6.7"],
    ["Wednesday, 18-Feb-26 08:05:00 GMT", 300, "RFC 9110, section 5.6.7; denoland/std#7299"],
    ["Wed Feb 18 08:05:00 2026", 300, "RFC 9110, section 5.6.7"],
    [" 120\t", 120, "RFC 9110, section 5.5: white space around; elizaOS/eliza#27447"],
    ["8.0", 8, "Shopify; https://github.com/Shopify/shopify-app-python/issues/18"],
    ["8.2", 9, "rounded up; https://github.com/Shopify/shopify-api-php/pull/117"],
    ["2.0", 2, "https://github.com/wojtekmach/req/pull/507"],
    ["292.052427053", 293, "https://github.com/getsentry/sentry/issues/7919"],
    ["0.493", 1, "https://github.com/SpaceTradersAPI/api-docs/issues/24"],
    ["2.128", 3, "https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/2024"],
    ["1.5", 2, "x402-foundation/x402#2614 ignores it; we round up, as Shopify's clients do"],
    ["30s", 30, "https://github.com/JustinBeckwith/linkinator/issues/556"],
    ["1m0s", 60, "https://github.com/JustinBeckwith/linkinator/issues/556"],
    ["1m30s", 90, "https://github.com/urllib3/urllib3/issues/1822"],
    ["2m59.56s", 179.56, "https://github.com/anomalyco/opencode/issues/48185"],
    ["370ms", 0.37, "https://github.com/anomalyco/opencode/issues/48185"],
    ["1h", 3600, "composed"],
    [`${nowMs / 1000 + 60}`, 60, "seconds since 1970: https://github.com/openclaw/clawhub/issues/407"],
    [`${nowMs + 60_000}`, 60, "milliseconds since 1970: https://github.com/NangoHQ/nango/issues/4175"],
    ["1000000000", undefined, "seconds since 1970, in the past: no wait"],
    ["10000", 10_000, "Shopify/shopify-app-js#3364: seconds, whatever was meant"],
    ["999999", day, "capped"],
    ["9".repeat(400), day, "capped"],
    ["", undefined, "no value"],
    ["-1", undefined, "https://github.com/denoland/std/issues/7299"],
    ["-3", undefined, "no year: https://github.com/mastra-ai/mastra/issues/23778"],
    ["+3", undefined, "https://github.com/mastra-ai/mastra/issues/23778"],
    ["120junk", undefined, "https://github.com/basecamp/basecamp-sdk/issues/781"],
    ["1000abc", undefined, "https://github.com/open-telemetry/opentelemetry-js/issues/7010"],
    ["120 seconds", undefined, "composed"],
    ["nan", undefined, "https://github.com/tavily-ai/tavily-python/issues/166"],
    ["inf", undefined, "https://github.com/tavily-ai/tavily-python/issues/166"],
    ["0x10", undefined, "https://github.com/elizaOS/eliza/pull/27447"],
    ["10, 20", undefined, "https://github.com/elizaOS/eliza/pull/27447"],
    ["1_000", undefined, "https://github.com/basecamp/basecamp-sdk/pull/855"],
    ["1e3", undefined, "composed"],
    [".5", undefined, "composed"],
    ["5.", undefined, "composed"],
    ["s", undefined, "composed"],
    ["2026-02-18T08:05:00Z", undefined, "no HTTP date"],
  ])("%s is %s s (%s)", (header, seconds, _source) => {
    assert.strictEqual(waitOf(header), seconds)
  })
})
