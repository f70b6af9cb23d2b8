import type { Scenario } from "../support/Scenario.ts"
import { appClocksJump, postgresClockJumps } from "./clocks.ts"
import {
  allKilled,
  apiKilled,
  apiKilledInCommit,
  killedBeforeRecord,
  oneOfTwoWorkersKilled,
  workerFrozen,
  workerKilled,
} from "./crashes.ts"
import { customerFaults, customerIsAway, customerIsAwayFromFew, customerRefusesAll } from "./customer.ts"
import { fullDiskFaults } from "./fullDisk.ts"
import { openFilesFaults } from "./openFiles.ts"
import {
  customerNetworkFaults,
  postgresNetworkFaults,
  rabbitNetworkFaults,
  redisNetworkFaults,
} from "./network.ts"
import { killedWhileDeliveringFaults, postgresFaults } from "./postgres.ts"
import { postgresVersions } from "./postgresVersions.ts"
import { rabbitFaults, rabbitFaultsLong } from "./rabbit.ts"
import { redisFaults, redisPausedLong } from "./redis.ts"
import { clusterFaults } from "./redisCluster.ts"
import { sentinelFaults } from "./redisSentinel.ts"
import { releaseContracts, releasesSideBySide } from "./releases.ts"
import { workerFaults } from "./workers.ts"

/** Every fault of the long form. */
export const allScenarios: ReadonlyArray<Scenario> = [
  workerKilled,
  oneOfTwoWorkersKilled,
  apiKilled,
  apiKilledInCommit,
  allKilled,
  killedBeforeRecord,
  workerFrozen,
  ...postgresFaults,
  ...killedWhileDeliveringFaults,
  ...postgresVersions,
  ...redisFaults,
  redisPausedLong,
  ...rabbitFaults,
  ...rabbitFaultsLong,
  ...sentinelFaults,
  ...clusterFaults,
  ...customerFaults,
  customerIsAway,
  customerIsAwayFromFew,
  customerRefusesAll,
  ...workerFaults,
  ...Object.values(postgresNetworkFaults),
  ...customerNetworkFaults,
  ...redisNetworkFaults,
  ...Object.values(rabbitNetworkFaults),
  ...fullDiskFaults,
  ...openFilesFaults,
  appClocksJump,
  ...postgresClockJumps,
  releasesSideBySide,
  releaseContracts,
]
