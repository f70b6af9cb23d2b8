import {
  allKilled,
  apiKilled,
  apiKilledInCommit,
  killedBeforeRecord,
  workerKilled,
} from "./scenarios/crashes.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database", "redis"], [workerKilled, allKilled])
testScenarios(["database"], [apiKilled, apiKilledInCommit, killedBeforeRecord])
