import { customerNetworkFaults, postgresNetworkFaults, redisNetworkFaults } from "./scenarios/network.ts"
import { testScenarios } from "./support/testScenarios.ts"

const { all, allThenReset, answers, inAnswer, requests } = postgresNetworkFaults

testScenarios(["redis"], redisNetworkFaults)
testScenarios(["database"], customerNetworkFaults)
testScenarios(["database"], [all, allThenReset])
testScenarios(["database"], [answers])
testScenarios(["database"], [requests, inAnswer])
