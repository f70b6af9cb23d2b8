import { redisFaults } from "./scenarios/redis.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["redis"], redisFaults)
