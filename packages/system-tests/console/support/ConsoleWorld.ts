/** A gateway with leads of every kind, and visitors of its console. Shared by the tests of a file. */
import { CustomerBehaviour, type TestCustomer } from "@lead-gateway/testkit"
import { Context, Effect, Layer } from "effect"
import { makeTarget, type Target } from "../../attacks/support/Target.ts"
import { makeConsole, type VisitOptions, type Visitor } from "./Console.ts"

/** A payload full of markup and scripts in every field. */
export const hostile = {
  email: '"><img src=x onerror=alert(1)>@example.com',
  phone: "+49 151 2345678",
  zipcode: "66123",
  house: { is_owner: true },
  "<script>alert(1)</script>": "<script>alert(2)</script>",
  note: "</pre><style>*{display:none}</style><a href='javascript:alert(3)'>{{7*7}}${7*7}</a>",
  id: 12345678901234567890n,
}

interface Shape {
  readonly target: Target
  readonly customer: TestCustomer
  readonly visit: (options?: VisitOptions) => Promise<Visitor>
  /** Sends a webhook; returns the lead's id. */
  readonly send: (payload: object) => Promise<number>
}

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
        return ConsoleWorld.of({
          target,
          customer: target.customer,
          visit,
          send: async (payload) => {
            const response = await fetch(`${target.url}/webhooks/leads`, {
              method: "POST",
              headers: { "Content-Type": "application/json", "X-Shared-Secret": "sender-secret-1" },
              body: JSON.stringify(payload, (_, value: unknown) =>
                typeof value === "bigint" ? JSON.rawJSON(String(value)) : value,
              ),
            })
            const { lead_id } = (await response.json()) as { readonly lead_id: number }
            return lead_id
          },
        })
      }).pipe(Effect.orDie),
    )
}

/** A customer that answers so from now on. */
export const answering = { ok: CustomerBehaviour.reply() }

/** A lead that the shipped rules accept. */
export const accepted = {
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_offer_type: "Kaufen",
}

/** One that they reject. */
export const rejected = { ...accepted, zipcode: "10115" }

/** One that is parked: it has no phone. */
export const parked = { zipcode: "66123", house: { is_owner: true } }
