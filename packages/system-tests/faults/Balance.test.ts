import { assert, describe, it } from "@effect/vitest"
import { balance } from "./support/Balance.ts"
import { exchange, attempt, honest, tampered } from "./support/honestFacts.ts"

const findings = (...change: Parameters<typeof tampered>) => balance(tampered(...change)).findings.join("\n")

describe("the balance", () => {
  it("finds nothing wrong with a run in which nothing went wrong", () => {
    const books = balance(honest)
    assert.deepStrictEqual(books, {
      accepted: 5,
      stored: 6,
      delivered: 4,
      rejected: 1,
      failed: 1,
      sentTwice: 2,
      causes: { "answered with failure": 1, "outcome unknown": 1 },
      lost: 0,
      unaccounted: 0,
      findings: [],
    })
  })

  it("finds a lead that was acknowledged and is not stored", () => {
    const facts = tampered((facts) => ({ leads: facts.rows.leads.filter((row) => row.id !== 4) }))
    assert.strictEqual(balance(facts).lost, 1)
    assert.include(balance(facts).findings.join("\n"), "is not stored")
  })

  it("finds a lead that we call delivered and the customer never took", () => {
    const facts = tampered(() => ({ exchanges: [] }))
    assert.strictEqual(balance(facts).lost, 4)
  })

  it("finds a lead that is still under way", () => {
    const facts = tampered((facts) => ({
      leads: facts.rows.leads.map((row) => (row.id === 1 ? { ...row, status: "READY" } : row)),
    }))
    assert.strictEqual(balance(facts).unaccounted, 1)
  })

  it("finds a lead that nobody sent, and a request for no lead", () => {
    const row = { id: 9, status: "DELIVERED", reason: null, uid: "z", correlationId: "z.1", endedAt: null }
    assert.include(
      findings((facts) => ({ leads: [...facts.rows.leads, row] })),
      "nobody sent it",
    )
    assert.include(
      findings((facts) => ({ exchanges: [...facts.exchanges, exchange("q.1", 5, 200)] })),
      'was sent "q.1"',
    )
  })

  it("finds one try that was stored twice", () => {
    assert.include(
      findings((facts) => ({
        leads: facts.rows.leads.map((row) => (row.id === 6 ? { ...row, correlationId: "a.1" } : row)),
      })),
      "stored 2 times",
    )
  })

  it("finds a request without an attempt on record, and one more than attempts", () => {
    assert.include(
      findings((facts) => ({ attempts: facts.rows.attempts.filter((row) => row.leadId !== 1) })),
      "when 0 attempts",
    )
    const repeated = (facts: typeof honest) => ({
      exchanges: [...facts.exchanges, exchange("a.1", 30, 200)],
    })
    assert.include(findings(repeated), "when 1 attempts were on record")
    assert.include(findings(repeated), "sent once more without a cause")
  })

  it("finds an attempt after a success on record", () => {
    assert.include(
      findings((facts) => ({
        attempts: [...facts.rows.attempts, attempt(1, 2, 50, 60, 200)],
        exchanges: [...facts.exchanges, exchange("a.1", 55, 200)],
      })),
      "attempt 2 was opened after a success",
    )
  })

  it("finds two owners: attempts that overlap, requests open at the same time", () => {
    const overlapping = findings((facts) => ({
      attempts: facts.rows.attempts.map((row) =>
        row.leadId === 2 && row.no === 2 ? { ...row, requestedAt: 15 } : row,
      ),
    }))
    assert.include(overlapping, "attempt 2 was opened before attempt 1 had ended")
    const together = findings((facts) => ({
      exchanges: facts.exchanges.map((one) => ({ ...one, closedAt: one.at + 5000 })),
    }))
    assert.include(together, "requests 1 and 2 open together for 4500 ms")
  })

  it("finds an unknown outcome when nobody was away", () => {
    assert.include(
      findings(() => ({ outcomesMayBeLost: false })),
      "attempt 1 has an unknown outcome",
    )
  })

  it("finds another key, another body and a key that two leads share", () => {
    const change = (change: object) => (facts: typeof honest) => ({
      exchanges: facts.exchanges.map((one, index) => (index === 2 ? { ...one, ...change } : one)),
    })
    assert.include(findings(change({ idempotencyKey: "other" })), "several keys")
    assert.include(findings(change({ body: "other" })), "several bodies")
    assert.include(findings(change({ idempotencyKey: "key of a.1" })), "several leads share")
  })

  it("finds an answer on record that the customer did not give", () => {
    assert.include(
      findings((facts) => ({
        attempts: facts.rows.attempts.map((row) =>
          row.leadId === 2 && row.no === 1 ? { ...row, status: 502 } : row,
        ),
      })),
      "records 502",
    )
  })

  it("finds a terminal status that was left", () => {
    assert.include(
      findings((facts) => ({ attempts: [...facts.rows.attempts, attempt(1, 2, 2000, 2010, 500)] })),
      "attempt 2 was opened after the lead had ended",
    )
    assert.include(
      findings((facts) => ({
        leads: facts.rows.leads.map((row) => (row.id === 1 ? { ...row, status: "READY" } : row)),
      })),
      "it has ended and is READY",
    )
  })

  it("finds a valid lead that failed, and a delivery of one that had to be rejected", () => {
    const as = (id: number, change: object) => (facts: typeof honest) => ({
      leads: facts.rows.leads.map((row) => (row.id === id ? { ...row, ...change } : row)),
    })
    assert.include(
      findings(as(3, { status: "PERMANENTLY_FAILED", reason: "X" })),
      "though an attempt succeeded",
    )
    assert.include(findings(as(4, { status: "DELIVERED" })), "DELIVERED instead of REJECTED")
    assert.include(findings(as(5, { status: "REJECTED", reason: "X" })), "instead of PARKED")
  })

  it("finds counts that do not agree, personal data in logs, stacks and processes that ended", () => {
    assert.include(
      findings((facts) => ({ counts: { ...facts.counts, delivered: 3 } })),
      "counts say 3 delivered, rows 4",
    )
    assert.include(
      findings(() => ({ output: ['{"phone":"+491517771234567"}'] })),
      "personal data",
    )
    assert.include(
      findings(() => ({ output: ["    at run (file:///a/b.ts:1:2)"] })),
      "nobody handled",
    )
    assert.include(
      findings(() => ({ ended: ["worker ended with 1"] })),
      "worker ended with 1",
    )
  })

  it("goes by numbers where the clock of Postgres was set", () => {
    const jumped = (change: Parameters<typeof tampered>[0]) =>
      findings((facts) => ({ ...change(facts), databaseTimeJumps: true }))
    const early = (facts: typeof honest) => ({
      attempts: facts.rows.attempts.map((row) => ({ ...row, requestedAt: row.requestedAt + 3_600_000 })),
    })
    assert.strictEqual(jumped(early), "")
    assert.include(findings(early), "when 0 attempts")
    assert.include(
      jumped((facts) => ({ attempts: facts.rows.attempts.filter((row) => row.leadId !== 1) })),
      "asked 1 times, and 0 attempts",
    )
    assert.include(
      jumped((facts) => ({
        attempts: facts.rows.attempts.filter((row) => row.leadId !== 2 || row.no !== 1),
      })),
      "not numbered",
    )
    assert.include(
      jumped((facts) => ({ attempts: [...facts.rows.attempts, attempt(1, 2, 50, 60, 500)] })),
      "attempt 1 succeeded, and another followed",
    )
  })
})
