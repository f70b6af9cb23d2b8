import { assert, describe, it } from "@effect/vitest"
import { DeliveryOutcome } from "@lead-gateway/customer-client"
import { classify } from "@lead-gateway/retry-policy"
import { readFileSync } from "node:fs"
import { attemptRecord } from "../src/Attempt.ts"
import { type AttemptOutcome, workerLost, workerStopped } from "../src/AttemptOutcome.ts"
import { answered } from "./support/answered.ts"
import { due } from "./support/claimed.ts"
import { retryPolicy } from "./support/policy.ts"

const document = readFileSync(new URL("../../../docs/states.md", import.meta.url), "utf8")
const [, section = ""] = document.split("\n## What an outcome means\n")

/** The rows of the table: which outcomes, and what is said of them. */
const rows = section
  .split("\n## ")[0]
  ?.split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1)
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  .filter(([, outcome]) => outcome !== undefined && !outcome.startsWith("-"))

const unanswered: Readonly<Record<string, ReadonlyArray<AttemptOutcome>>> = {
  "no connection, no answer in time": [
    ...(["connect", "answer"] as const).map((phase) => DeliveryOutcome.TimedOut({ phase, durationMs: 1 })),
    ...(["dns", "refused", "no_route", "connect_timeout", "tls", "reset", "protocol", "other"] as const).map(
      (kind) => DeliveryOutcome.Unreachable({ kind, message: "no answer", durationMs: 1 }),
    ),
  ],
  "no final status: 101, below 100": [101, 99].map((status) => answered(status)),
  "nobody saw the end": [workerLost, workerStopped],
}

const outcomesOf = (cell: string): ReadonlyArray<AttemptOutcome> =>
  unanswered[cell] ?? cell.split(", ").map((status) => answered(Number(status)))

const afterUnseen = "409 after an unseen attempt"

const follows = { DELIVERED: "delivered", RETRYING: "retry", PERMANENTLY_FAILED: "give up" } as const

describe("what docs/states.md says of outcomes", () => {
  it("is what a worker makes of them under the shipped policy", () => {
    const attempt = { work: due(7), attemptNo: 1, isProbe: false, beganMs: undefined }
    let compared = 0
    for (const [, cell = "", ...said] of rows ?? []) {
      if (cell === afterUnseen) continue
      for (const outcome of outcomesOf(cell)) {
        const record = attemptRecord(attempt, outcome, {
          policy: retryPolicy(),
          nowMs: 0,
          monotonicMs: 0,
          random: 0,
        })
        assert.deepStrictEqual(
          said.slice(0, 3),
          [follows[record.next.state], record.fault ?? "", record.health],
          cell,
        )
        compared++
      }
    }
    assert.strictEqual(compared, 33)
  })

  it("is what the shipped policy says of a 409 after an attempt that nobody saw", () => {
    const [, , ...said] = rows?.find(([, cell]) => cell === afterUnseen) ?? []
    const { fault, health, means } = classify(retryPolicy(), answered(409), "unseen")
    assert.deepStrictEqual(said.slice(0, 3), [means, fault ?? "", health])
  })
})
