/* oxlint-disable no-console -- an example of a README, which prints */
import { makeCustomerClient } from "@lead-gateway/customer-client"
import { classify, compilePolicyOrThrow, decide, isUnseen } from "@lead-gateway/retry-policy"
import { setTimeout } from "node:timers/promises"

const policy = compilePolicyOrThrow({ backoff: { kind: "fixed", waits: ["10ms", "20ms"] } })
const client = makeCustomerClient({
  url: "http://localhost:9/leads",
  timeoutMs: 30_000,
  allow: ["localhost"],
})

const deliver = async (lead: object, idempotencyKey: string) => {
  let before: "unseen" | undefined
  for (let attempt = 1; ; attempt++) {
    const outcome = await client.send({ body: JSON.stringify(lead), idempotencyKey })
    const classification = classify(policy, outcome, before)
    const decision = decide({ policy, attempt, outcome, classification, nowMs: Date.now() })
    console.log(outcome._tag, classification.fault, decision)
    if (decision._tag !== "RetryAfter") return
    if (isUnseen(outcome)) before = "unseen"
    await setTimeout(decision.delayMs)
  }
}
await deliver({ phone: "+49123456789" }, "lead-123")
await client.close()
