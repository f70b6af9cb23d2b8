import { releaseContracts, releasesSideBySide } from "./scenarios/releases.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database", "redis"], [releasesSideBySide])
testScenarios(["database"], [releaseContracts])
