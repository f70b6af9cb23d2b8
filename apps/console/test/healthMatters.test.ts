import type { DeepHealth } from "@lead-gateway/client"
import { assert, describe, it } from "vitest"
import { healthMatters } from "../web/healthMatters.ts"

const healthy: DeepHealth = {
  status: "up",
  version: "1.0.0",
  database: { status: "up", latency_ms: 1, write_latency_ms: 2, refuses_writes: null },
  schema_version: 7,
  migrations_pending: [],
  queue: { type: "redis", status: "up", latency_ms: 1, depth: 0 },
  oldest_due_seconds: 59,
  workers: { status: "up", connections: 4, last_seen_seconds: 1 },
  intake: { accepted: 1, shed: { event_loop: 0, store: 0, waited: 0 }, unconfirmed: 0 },
  warnings: [],
}

describe("what is wrong with the gateway", () => {
  it("is nothing where all is well", () => assert.deepStrictEqual(healthMatters(healthy), []))

  it("is no slow worker where leads wait for a customer that takes none", () => {
    const late = { ...healthy, oldest_due_seconds: 150 }
    assert.lengthOf(healthMatters(late), 1)
    assert.lengthOf(healthMatters(late, true), 0)
  })

  it.each<[name: string, change: Partial<DeepHealth>, said: RegExp, href: string | undefined]>([
    [
      "no database",
      { database: { ...healthy.database, status: "down" } },
      /does not answer.*Start it/,
      undefined,
    ],
    [
      "a full disk",
      { database: { ...healthy.database, status: "down", refuses_writes: "disk full" } },
      /refuses writes \(disk full\).*Free disk space/,
      undefined,
    ],
    [
      "no worker",
      { workers: { status: "down", connections: 0, last_seen_seconds: null } },
      /No worker is connected.*lead-gateway worker/,
      "/console/leads?status=RECEIVED",
    ],
    ["a schema that is behind", { migrations_pending: ["0008_x"] }, /lacks 0008_x.*migrate up/, undefined],
    [
      "no queue",
      { queue: { ...healthy.queue, status: "down", depth: null } },
      /queue \(redis\) is away/,
      undefined,
    ],
    ["slow writes", { database: { ...healthy.database, write_latency_ms: 800 } }, /took 800 ms/, undefined],
    ["late leads", { oldest_due_seconds: 150 }, /due for 3 min.*Start more workers/, "/console/customers"],
    [
      "a replica behind",
      { read_replica: { status: "lagging", lag_ms: 9000 } },
      /replica is lagging/,
      undefined,
    ],
    [
      "webhooks that were refused",
      { intake: { ...healthy.intake, shed: { event_loop: 1, store: 2, waited: 3 } } },
      /answered 6 webhooks 503/,
      undefined,
    ],
  ])("is said of %s, with what helps", (_, change, said, href) => {
    const [matter, ...more] = healthMatters({ ...healthy, ...change })
    assert.deepStrictEqual(more, [])
    assert.match(matter?.text ?? "", said)
    assert.strictEqual(matter?.link?.href, href)
  })
})
