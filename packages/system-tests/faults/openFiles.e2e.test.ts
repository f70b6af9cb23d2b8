import { openFilesFaults } from "./scenarios/openFiles.ts"
import { testScenarios } from "./support/testScenarios.ts"

for (const scenario of openFilesFaults) testScenarios(["database"], [scenario])
