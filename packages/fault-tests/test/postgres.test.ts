import { postgresFaults } from "./scenarios/postgres.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["database", "redis"], postgresFaults)
