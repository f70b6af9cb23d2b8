import { rabbitNetworkFaults } from "./scenarios/network.ts"
import { rabbitFaults } from "./scenarios/rabbit.ts"
import { testScenarios } from "./support/testScenarios.ts"

testScenarios(["rabbitmq"], rabbitFaults)
testScenarios(["rabbitmq"], [rabbitNetworkFaults.all, rabbitNetworkFaults.inAnswer])
