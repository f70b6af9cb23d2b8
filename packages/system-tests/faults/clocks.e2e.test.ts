import { appClocksJump, postgresClockJumps } from "./scenarios/clocks.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], [appClocksJump])
for (const scenario of postgresClockJumps) testScenarios(["database"], [scenario])
