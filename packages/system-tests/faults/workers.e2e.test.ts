import { clockIsAhead, workersFight } from "./scenarios/workers.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], [clockIsAhead])
testScenarios(["database", "redis"], [workersFight])
