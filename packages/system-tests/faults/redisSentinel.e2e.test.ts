import { sentinelFaults } from "./scenarios/redisSentinel.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["redis"], sentinelFaults)
