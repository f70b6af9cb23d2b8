import { fullDiskFaults } from "./scenarios/fullDisk.ts"
import { testScenarios } from "./support/testScenarios.ts"

for (const scenario of fullDiskFaults) testScenarios(["database"], [scenario])
