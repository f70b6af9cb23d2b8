/** A gateway with leads of every kind, and visitors of its console. Shared by the tests of a file. */
import { assert, type Vitest } from "@effect/vitest"
import type { TestCustomer } from "@lead-gateway/testkit"
import { Context, Effect, Layer } from "effect"
import { setTimeout } from "node:timers/promises"
import { makeTarget, type Target } from "../../attacks/support/Target.ts"
import { makeConsole, type VisitOptions, type Visitor } from "./Console.ts"

export { accepted, parked, rejected } from "./payloads.ts"

interface Shape {
  readonly target: Target
  readonly customer: TestCustomer
  readonly visit: (options?: VisitOptions) => Promise<Visitor>
  /** Sends a webhook; returns the lead's id. */
  readonly send: (payload: object, headers?: Readonly<Record<string, string>>) => Promise<number>
  /** Sends webhooks, and waits until all leads have a status; returns their ids. */
  readonly sendUntil: (status: string, ...payloads: ReadonlyArray<object>) => Promise<ReadonlyArray<number>>
  /** Waits until a lead has a status; returns it. */
  readonly until: (status: string, id: number) => Promise<Lead>
  /** Asks the operators' API as an admin; the path is one below `/api/v1`. */
  readonly ask: <Answer>(
    path: string,
    init?: { readonly method: string; readonly body?: object },
  ) => Promise<Answer>
}

/** What the tests read of a lead. */
export interface Lead {
  readonly id: number
  readonly status: string
  readonly received_at: string
  readonly correlation_id: string
  readonly raw_payload: unknown
  readonly events: ReadonlyArray<{ readonly at: string; readonly type: string }>
}

/** The token of an admin, where the world has sign-in. */
export const adminToken = "operator-token-1"

/** The world. */
export class ConsoleWorld extends Context.Service<ConsoleWorld, Shape>()(
  "@lead-gateway/system-tests/console/ConsoleWorld",
) {
  static readonly layer = (env: Readonly<Record<string, string>> = {}) =>
    Layer.effect(
      ConsoleWorld,
      Effect.gen(function* () {
        const target = yield* makeTarget({ worker: true, env })
        const visit = yield* makeConsole(target.url)
        const ask: Shape["ask"] = async <Answer>(
          path: string,
          { body, method }: { readonly method?: string; readonly body?: object } = {},
        ) => {
          const response = await fetch(`${target.url}/api/v1${path}`, {
            headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" },
            ...(method === undefined ? {} : { method }),
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          })
          const text = await response.text()
          if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
          return (text === "" ? undefined : JSON.parse(text)) as Answer
        }
        const send: Shape["send"] = async (payload, headers = {}) => {
          const response = await fetch(`${target.url}/webhooks/leads`, {
            method: "POST",
            headers: {
              "Content-Type": "application/json",
              "X-Shared-Secret": "sender-secret-1",
              ...headers,
            },
            body: JSON.stringify(payload, (_, value: unknown) =>
              typeof value === "bigint" ? JSON.rawJSON(String(value)) : value,
            ),
          })
          const { lead_id } = (await response.json()) as { readonly lead_id: number }
          return lead_id
        }
        const until: Shape["until"] = async (status, id) => {
          for (;;) {
            const lead = await ask<Lead>(`/leads/${id}`)
            if (lead.status === status) return lead
            await setTimeout(20)
          }
        }
        return ConsoleWorld.of({
          target,
          customer: target.customer,
          visit,
          ask,
          send,
          until,
          sendUntil: async (status, ...payloads) => {
            const ids = await Promise.all(payloads.map((payload) => send(payload)))
            await Promise.all(ids.map((id) => until(status, id)))
            return ids
          },
        })
      }).pipe(Effect.orDie),
    )
}

/** The tests of a world, which several files define. */
export type ConsoleTests = Vitest.MethodsNonLive<ConsoleWorld>

/** Runs a test; afterwards no page of its visitors may have done what a page must not do. */
export const visiting = (test: (world: ConsoleWorld["Service"]) => Promise<void>) =>
  Effect.flatMap(ConsoleWorld, (world) =>
    Effect.promise(async () => {
      const visitors: Array<Visitor> = []
      const visit: Shape["visit"] = async (options) => {
        const visitor = await world.visit(options)
        visitors.push(visitor)
        return visitor
      }
      try {
        await test({ ...world, visit })
      } finally {
        await Promise.all(visitors.map(({ page }) => page.context().close()))
      }
      for (const { faults } of visitors) assert.deepStrictEqual(faults, [])
    }),
  )
