import { allKilled, apiKilled, killedBeforeRecord, workerKilled } from "./scenarios/crashes.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], [workerKilled, apiKilled, allKilled, killedBeforeRecord])
