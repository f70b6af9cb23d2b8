import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import {
  classify,
  compilePolicyOrThrow,
  decide,
  defaultRetryPolicy,
  type Outcome,
} from "@lead-gateway/retry-policy"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { promisify } from "node:util"
import { answered } from "./support/answered.ts"

const readme = readFileSync(new URL("../../../packages/customer-client/README.md", import.meta.url), "utf8")

const example = new URL("readme/deliver.ts", import.meta.url)

describe("the README of customer-client", () => {
  it("shows the example with retry-policy, which is compiled here, and what it prints", async () => {
    const code = readFileSync(example, "utf8").replace(/^\/\* oxlint-disable .*\n/, "")
    const [, after] = readme.split(`\`\`\`typescript\n${code}\`\`\`\n`)
    assert.isDefined(after, "the example in the README is another one")
    const node = ["--conditions=@lead-gateway/source", example.pathname]
    const { stdout } = await promisify(execFile)(process.execPath, node, {
      env: { ...process.env, NO_COLOR: "1" },
    })
    assert.strictEqual(stdout, /^\n```text\n([^]*?)```\n/.exec(after ?? "")?.[1])
  })
})

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
