import {
  customerFaults,
  customerIsAway,
  customerIsAwayFromFew,
  customerRefusesAll,
} from "./scenarios/customer.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], customerFaults)
testScenarios(["database"], [customerIsAway])
testScenarios(["database"], [customerIsAwayFromFew])
testScenarios(["database"], [customerRefusesAll])
