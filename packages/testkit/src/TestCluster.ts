/**
 * A real Redis Cluster for tests: masters that share the slots, each with replicas, and the migration of a slot step by
 * step.
 */
import { Effect, type Scope } from "effect"
import { type ClusterView, viewOf } from "./internal/clusterView.ts"
import { lowPort } from "./internal/lowPort.ts"
import { ownRedis, type TestRedis } from "./internal/ownRedis.ts"
import { holdsSoon, waitFor } from "./internal/waitFor.ts"

/** The migration of a slot, as `redis-cli --cluster reshard` does it. */
export interface SlotMigration {
  readonly from: TestRedis
  readonly to: TestRedis
  /** From now on the old owner answers ASK for keys that it does not have, and TRYAGAIN for some but not all of several. */
  readonly begin: Effect.Effect<void>
  /** Moves the keys that the old owner has now. */
  readonly moveKeys: Effect.Effect<void>
  /** From now on every node answers MOVED except the new owner. */
  readonly end: Effect.Effect<void>
}

/** Nodes of a Cluster. */
export interface TestCluster {
  /** `redis+cluster://…` with all nodes. */
  readonly url: string
  /** The masters in the beginning, and then their replicas. */
  readonly nodes: ReadonlyArray<TestRedis>
  /** The masters that are up, by any node that answers. */
  readonly masters: Effect.Effect<ReadonlyArray<TestRedis>>
  /** The node that serves the slot of a key. */
  readonly ownerOf: (key: string) => Effect.Effect<TestRedis>
  /** Waits until another node than this one serves the key, and every node that is up says that the Cluster is. */
  readonly promoted: (key: string, instead: TestRedis) => Effect.Effect<TestRedis>
  /** The migration of the key's slot from its owner to another master; not begun. */
  readonly migration: (key: string) => Effect.Effect<SlotMigration>
  /** Waits until all nodes are up and agree. */
  readonly isComplete: Effect.Effect<void>
}

const slotCount = 16_384

const make = (options: {
  /** The number of masters. */
  readonly masters: number
  /** The number of replicas of each master; none by default. */
  readonly replicas?: number
}): Effect.Effect<TestCluster, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { masters: masterCount, replicas = 0 } = options
    const args = "--cluster-enabled yes --cluster-node-timeout 3000 --repl-diskless-sync-delay 0".split(" ")
    const nodes = yield* Effect.forEach(
      Array.from({ length: masterCount * (1 + replicas) }),
      () => Effect.flatMap(Effect.promise(lowPort), (port) => ownRedis({ port, args })),
      { concurrency: "unbounded" },
    )
    const ids = yield* Effect.forEach(nodes, (node) => Effect.map(node.command("CLUSTER", "MYID"), String))
    const idOf = (node: TestRedis) => ids[nodes.indexOf(node)] ?? ""
    const nodeOf = (id: string) => nodes[ids.indexOf(id)]

    const slots = Array.from({ length: slotCount }, (_, slot) => slot)
    for (const [index, node] of nodes.entries()) {
      const own = slots.filter((slot) => Math.floor((slot * masterCount) / slotCount) === index)
      if (own.length > 0) yield* node.command("CLUSTER", "ADDSLOTS", ...own.map(String))
      yield* node.command("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1))
    }
    /** Repeated, since a handshake that takes longer than the node timeout is given up. */
    const meet = Effect.forEach(nodes.slice(1), (node) =>
      node.command("CLUSTER", "MEET", "127.0.0.1", String(nodes[0]?.port)),
    )
    const views = Effect.forEach(nodes, viewOf, { concurrency: "unbounded" })
    const haveMet = (all: ReadonlyArray<ClusterView>) =>
      all.every(({ isUp, lines }) => isUp && lines.length === nodes.length)
    const attempts = Array.from({ length: 20 })
    for (const _ of attempts) {
      yield* meet
      if (yield* holdsSoon(views, haveMet, 4000)) break
    }
    yield* waitFor("all nodes know each other", views, haveMet)
    for (const [index, node] of nodes.entries())
      if (index >= masterCount) yield* node.command("CLUSTER", "REPLICATE", ids[index % masterCount] ?? "")

    const isComplete = waitFor("all nodes are up and agree", views, (all) =>
      all.every(
        ({ isUp, lines }) =>
          isUp &&
          lines.length === nodes.length &&
          lines.every(({ flags, isLinked }) => isLinked && !flags.some((flag) => flag.startsWith("fail"))) &&
          lines.filter(({ flags }) => flags.includes("slave")).length === masterCount * replicas,
      ),
    )
    yield* Effect.asVoid(isComplete)
    for (const node of nodes.slice(masterCount))
      yield* waitFor("a replica follows", node.command("INFO", "replication"), (info) =>
        String(info).includes("master_link_status:up"),
      )

    /** What the nodes say that answer. */
    const present = Effect.map(
      Effect.forEach(
        nodes,
        (node) =>
          Effect.option(Effect.timeout(viewOf(node), 1000)).pipe(
            Effect.catchDefect(() => Effect.succeedNone),
          ),
        { concurrency: "unbounded" },
      ),
      (all) => all.flatMap((one) => (one._tag === "Some" ? [one.value] : [])),
    )
    const ownerIn = ({ lines }: ClusterView, slot: number) => {
      const line = lines.find(({ ranges }) => ranges.some(([from, to]) => from <= slot && slot <= to))
      return line === undefined ? undefined : nodeOf(line.id)
    }
    const slotOf = (key: string) =>
      Effect.map(
        Effect.firstSuccessOf(nodes.map((node) => Effect.sandbox(node.command("CLUSTER", "KEYSLOT", key)))),
        Number,
      ).pipe(Effect.orDie)
    const ownerOf = (key: string) =>
      Effect.gen(function* () {
        const slot = yield* slotOf(key)
        const [owner] = yield* waitFor(
          "all nodes name one owner",
          Effect.map(present, (all) => all.map((one) => ownerIn(one, slot))),
          (owners) => owners[0] !== undefined && owners.every((one) => one === owners[0]),
        )
        return owner ?? (yield* Effect.die(new Error("no owner")))
      })
    return {
      url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
      nodes,
      masters: Effect.map(present, ([one]) =>
        (one?.lines ?? []).flatMap(({ flags, id }) => {
          const node = nodeOf(id)
          return flags.includes("master") && !flags.includes("fail") && node !== undefined ? [node] : []
        }),
      ),
      ownerOf,
      promoted: (key, instead) =>
        Effect.gen(function* () {
          const slot = yield* slotOf(key)
          const [owner] = yield* waitFor(
            "another node serves the slot",
            Effect.map(present, (all) => all.map((one) => (one.isUp ? ownerIn(one, slot) : undefined))),
            (owners) => owners.length > 0 && owners.every((one) => one !== undefined && one !== instead),
          )
          return owner ?? instead
        }),
      migration: (key) =>
        Effect.gen(function* () {
          const slot = String(yield* slotOf(key))
          const from = yield* ownerOf(key)
          const [one] = yield* present
          const masters = (one?.lines ?? []).flatMap(({ flags, id }) => {
            const node = nodeOf(id)
            return flags.includes("master") && node !== undefined ? [node] : []
          })
          const to = masters.find((node) => node !== from) ?? from
          const set = (node: TestRedis, ...args: ReadonlyArray<string>) =>
            Effect.asVoid(node.command("CLUSTER", "SETSLOT", slot, ...args))
          const moveKeys = Effect.gen(function* () {
            const keys = yield* from.command("CLUSTER", "GETKEYSINSLOT", slot, "1000")
            for (const moved of Array.isArray(keys) ? keys : [])
              yield* from.command("MIGRATE", "127.0.0.1", String(to.port), String(moved), "0", "5000")
          })
          return {
            from,
            to,
            begin: Effect.andThen(set(to, "IMPORTING", idOf(from)), set(from, "MIGRATING", idOf(to))),
            moveKeys,
            end: Effect.gen(function* () {
              const others = masters.filter((node) => node !== to && node !== from)
              for (const node of [to, from, ...others]) yield* set(node, "NODE", idOf(to))
            }),
          }
        }),
      isComplete: Effect.asVoid(isComplete),
    }
  })

/** Starts Clusters for tests. */
export const TestCluster = { make }
