import { customerFaults, customerIsAway, customerIsAwayFromFew } from "./scenarios/customer.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], customerFaults)
testScenarios(["database"], [customerIsAway])
testScenarios(["database"], [customerIsAwayFromFew])
