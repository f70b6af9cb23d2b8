/**
 * Real parts for tests: a Postgres database for each test, a Redis and a RabbitMQ that can be killed, whole programs to
 * start and kill, a customer that can misbehave.
 *
 * Used by the tests of packages and apps. It depends on no schema and no app: migrations and programs are arguments.
 * The server behind the databases is started by `@lead-gateway/embedded-postgres/vitest-postgres`.
 */
export { CustomerBehaviour } from "./CustomerBehaviour.ts"
export { debianChromium } from "./debianChromium.ts"
export { debianPackages, type Unpacked } from "./debianPackages.ts"
export * as ServerProcesses from "./ServerProcesses.ts"
export { scratchFolder } from "./scratchFolder.ts"
export { type ReceivedSpan, TestCollector } from "./TestCollector.ts"
export { type SlotMigration, TestCluster } from "./TestCluster.ts"
export {
  type CustomerBehaviours,
  type CustomerRequest,
  TestCustomer,
  type TestCustomerOptions,
} from "./TestCustomer.ts"
export {
  type Template,
  TestDatabase,
  type TestDatabaseOptions,
  type TestDatabaseShape,
} from "./TestDatabase.ts"
export {
  type Exited,
  TestProcess,
  TestProcessError,
  type TestProcessOptions,
  type Within,
} from "./TestProcess.ts"
export { TestProxy } from "./TestProxy.ts"
export { TestRabbit, type TestRabbitOptions } from "./TestRabbit.ts"
export { type RedisReply, TestRedis, type TestRedisOptions } from "./TestRedis.ts"
export { TestReplica } from "./TestReplica.ts"
export { type S3Fault, TestS3 } from "./TestS3.ts"
export { TestSentinels, type TestSentinelsOptions } from "./TestSentinels.ts"
