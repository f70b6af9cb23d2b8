/* oxlint-disable no-console -- an example of a README, which prints */
import { makeCustomerClient } from "@lead-gateway/customer-client"
import { classify, compilePolicyOrThrow, decide, isUnseen } from "@lead-gateway/retry-policy"
import { setTimeout } from "node:timers/promises"

const policy = compilePolicyOrThrow({ backoff: { kind: "fixed", waits: ["10ms", "20ms"] } })
const url = "http://127.0.0.1:9/leads"
const client = makeCustomerClient({ url, auth: { _tag: "None" }, timeoutMs: 1000, allow: ["127.0.0.1"] })

let before: "unseen" | undefined
for (let attempt = 1; ; attempt++) {
  const outcome = await client.send({ body: '{"phone":"+49123456789"}', idempotencyKey: "lead-123" })
  const classification = classify(policy, outcome, before)
  const decision = decide({ policy, attempt, outcome, classification, nowMs: Date.now() })
  console.log(outcome._tag, classification.fault, classification.health, decision)
  if (decision._tag !== "RetryAfter") break
  if (isUnseen(outcome)) before = "unseen"
  await setTimeout(decision.delayMs)
}
await client.close()
