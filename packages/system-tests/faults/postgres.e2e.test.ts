import { killedWhileDeliveringFaults, postgresFaults, restartedImmediate } from "./scenarios/postgres.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], postgresFaults)
testScenarios(["redis"], [restartedImmediate])
testScenarios(["database"], killedWhileDeliveringFaults)
