import { Effect } from "effect"
import type { TestRedis } from "./ownRedis.ts"
import type { RedisReply } from "./redisCommand.ts"

/** The Cluster as one node sees it. */
export interface ClusterView {
  readonly isUp: boolean
  readonly lines: ReadonlyArray<{
    readonly id: string
    readonly flags: ReadonlyArray<string>
    readonly isLinked: boolean
    readonly ranges: ReadonlyArray<readonly [from: number, to: number]>
  }>
}

/** Asks a node for its view. */
export const viewOf = (node: TestRedis): Effect.Effect<ClusterView> =>
  Effect.gen(function* () {
    const info = yield* node.command("CLUSTER", "INFO")
    const text = yield* node.command("CLUSTER", "NODES")
    return { isUp: isOk(info), lines: String(text).trim().split("\n").map(lineOf) }
  })

const isOk = (info: RedisReply) => String(info).includes("cluster_state:ok")

/** A line of `CLUSTER NODES`; slots that are under way, `[12-<-…]`, are left out. */
const lineOf = (line: string): ClusterView["lines"][number] => {
  const [id = "", , flags = "", , , , , link, ...slots] = line.split(" ")
  return {
    id,
    flags: flags.split(","),
    isLinked: link === "connected",
    ranges: slots.flatMap((range) => {
      const [from = Number.NaN, to = from] = range.split("-").map(Number)
      return Number.isNaN(from) || Number.isNaN(to) ? [] : [[from, to] as const]
    }),
  }
}
