import { clusterFaults } from "./scenarios/redisCluster.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["redis"], clusterFaults)
