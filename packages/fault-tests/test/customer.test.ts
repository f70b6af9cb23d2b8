import { customerFaults } from "./scenarios/customer.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database"], customerFaults)
