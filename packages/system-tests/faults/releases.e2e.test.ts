import { releaseContracts, releasesSideBySide } from "./scenarios/releases.ts"
import { testScenarios } from "./support/testScenarios.ts"

// Each with one queue: it makes no difference to a schema. `npm run chaos` runs them with both.
testScenarios(["redis"], [releasesSideBySide])
testScenarios(["database"], [releaseContracts])
