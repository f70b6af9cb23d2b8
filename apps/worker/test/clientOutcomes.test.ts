import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import {
  classify,
  compilePolicyOrThrow,
  decide,
  defaultRetryPolicy,
  type Outcome,
} from "@lead-gateway/retry-policy"
import { answered } from "./support/answered.ts"

const policy = compilePolicyOrThrow(defaultRetryPolicy)

/** Every outcome of the client, as the policy takes it: this compiles only if the types agree. */
const outcomes: ReadonlyArray<
  readonly [DeliveryOutcome & Outcome, means: string, fault: string | undefined]
> = [
  [answered(201), "delivered", undefined],
  [answered(422), "give_up", "lead"],
  [answered(503), "retry", "customer"],
  [DeliveryOutcome.Unreachable({ kind: "dns", message: "m", durationMs: 1 }), "retry", "customer"],
  [DeliveryOutcome.Unreachable({ kind: "protocol", message: "m", durationMs: 1 }), "retry", "customer"],
  [DeliveryOutcome.Unreachable({ kind: "unsendable", message: "m", durationMs: 1 }), "retry", "ours"],
  [DeliveryOutcome.TimedOut({ phase: "answer", durationMs: 1 }), "retry", "customer"],
  [DeliveryOutcome.AddressRefused({ message: "m" }), "retry", "ours"],
]

describe("retry-policy takes the outcomes of customer-client as they are", () => {
  it.each(outcomes)("%o: %s by %s", (outcome, means, fault) => {
    assert.deepInclude<object>(classify(policy, outcome), { means, fault })
    assert.isString(decide({ policy, attempt: 1, outcome, nowMs: 0 })._tag)
  })
})
