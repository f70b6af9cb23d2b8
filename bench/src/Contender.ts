/** The programs that are measured: the gateway with each queue, and the hand-written peers. */

import { type Sending, signingSecret } from "./leadRequest.ts"

/** A program's path, and its arguments. */
export type Start = readonly [program: string, ...args: ReadonlyArray<string>]

export interface Contender {
  readonly name: string
  /** Its programs: each by its path in the repository, and its arguments. */
  readonly api: Start
  /** Without one it takes part in `intake` only. */
  readonly worker?: Start
  readonly env?: Readonly<Record<string, string>>
  /** As `npm run api` and `npm run worker` start ours. */
  readonly nodeFlags?: ReadonlyArray<string>
  /** Ours can be profiled. */
  readonly isOurs: boolean
  /** What its senders do for each webhook; nothing by default. */
  readonly sending?: Sending
  /** Whether its metrics are read every second, and a trace in ten is collected. */
  readonly isObserved?: boolean
  /** Who listens to live events meanwhile; nobody by default. */
  readonly listeners?: number
  /** Whether it has tables `inbound_lead` and `delivery_attempt`. */
  readonly hasDatabase: boolean
}

const oursAtIntake = {
  api: ["apps/cli/src/main.ts", "api"],
  nodeFlags: ["--max-semi-space-size=16", "--heap-growing-percent=50"],
  isOurs: true,
  hasDatabase: true,
} as const

const ours = { ...oursAtIntake, worker: ["apps/cli/src/main.ts", "worker"] } as const

const peer = (name: string): Contender => ({
  name,
  api: [`bench/peers/${name}/api.ts`],
  worker: [`bench/peers/${name}/worker.ts`],
  isOurs: false,
  hasDatabase: true,
})

/** The upper bound, a server that stores nothing: 1.0 of `intake`. */
export const echo: Contender = {
  name: "echo",
  api: ["bench/peers/echo.ts"],
  isOurs: false,
  hasDatabase: false,
}

/** The services that others are compared with. */
export const byHand: ReadonlyArray<Contender> = [peer("fastify-bullmq"), peer("graphile-worker")]

export const contenders: ReadonlyArray<Contender> = [
  echo,
  ...byHand,
  { ...ours, name: "gateway-database", env: { QUEUE_TYPE: "database" } },
  { ...ours, name: "gateway-redis", env: { QUEUE_TYPE: "redis" } },
  { ...ours, name: "gateway-rabbitmq", env: { QUEUE_TYPE: "rabbitmq" } },
  { ...oursAtIntake, name: "gateway-redis-keys", env: { QUEUE_TYPE: "redis" }, sending: "keys" },
  { ...oursAtIntake, name: "gateway-redis-listeners", env: { QUEUE_TYPE: "redis" }, listeners: 500 },
  {
    ...oursAtIntake,
    name: "gateway-redis-everything",
    env: {
      QUEUE_TYPE: "redis",
      ENABLE_AUTH: "true",
      OPERATOR_TOKENS: "bench",
      WEBHOOK_SIGNING_SECRETS: signingSecret,
    },
    sending: "signed",
    isObserved: true,
  },
]
