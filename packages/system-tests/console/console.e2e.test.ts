import { layer } from "@effect/vitest"
import { accessTests } from "./open/access.ts"
import { customerTests } from "./open/customers.ts"
import { failureTests } from "./open/failures.ts"
import { hostileTests } from "./open/hostile.ts"
import { largeTests } from "./open/large.ts"
import { leadTests } from "./open/lead.ts"
import { leadsTests } from "./open/leads.ts"
import { liveTests } from "./open/live.ts"
import { overviewTests } from "./open/overview.ts"
import { pagesTests } from "./open/pages.ts"
import { rulesTests } from "./open/rules.ts"
import { testLeadTests } from "./open/testLead.ts"
import { unsteadyTests } from "./open/unsteady.ts"
import { ConsoleWorld } from "./support/ConsoleWorld.ts"

// One world for all: a start costs seconds. Sign-in is tested beside it.
layer(ConsoleWorld.layer({ RETRY_BACKOFF_BASE: "500ms", WORKER_POLL_INTERVAL: "200ms" }), {
  excludeTestServices: true,
  timeout: "120 seconds",
})("the console", (it) => {
  // First: the gateway has no lead yet.
  liveTests(it)
  overviewTests(it)
  leadsTests(it)
  leadTests(it)
  failureTests(it)
  customerTests(it)
  testLeadTests(it)
  accessTests(it)
  hostileTests(it)
  unsteadyTests(it)
  largeTests(it)
  // With leads and answers of every kind.
  pagesTests(it)
  // Last: it stores thousands of leads.
  rulesTests(it)
})
