import type { Scenario } from "../support/Scenario.ts"
import { allKilled, apiKilled, killedBeforeRecord, oneOfTwoWorkersKilled, workerKilled } from "./crashes.ts"
import { customerFaults, customerIsAway } from "./customer.ts"
import { postgresFaults } from "./postgres.ts"
import { redisFaults, redisPausedLong } from "./redis.ts"
import { workerFaults } from "./workers.ts"

/** Every fault of the long form. */
export const allScenarios: ReadonlyArray<Scenario> = [
  workerKilled,
  oneOfTwoWorkersKilled,
  apiKilled,
  allKilled,
  killedBeforeRecord,
  ...postgresFaults,
  ...redisFaults,
  redisPausedLong,
  ...customerFaults,
  customerIsAway,
  ...workerFaults,
]
