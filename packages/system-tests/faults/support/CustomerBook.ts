import type { CustomerBehaviour, CustomerRequest, TestCustomer } from "@lead-gateway/testkit"

/** One request at the customer's, from its last byte to the end of its answer. */
export interface Exchange {
  /** The correlation id: it names the lead's row. */
  readonly correlationId: string
  readonly idempotencyKey: string
  readonly body: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** When the answer was complete or its connection closed; undefined while it is under way. */
  closedAt: number | undefined
  /** The status, once the answer's head was written. */
  status: number | undefined
}

/** A time in which the customer's process did not get to look at its connections. */
export interface Stall {
  readonly from: number
  readonly to: number
}

/** How the customer answers, by request and by how many of this lead came before it. */
export type Manner = (request: CustomerRequest, earlier: number) => CustomerBehaviour

/** Keeps a book of all that a customer is asked and answers. */
export interface CustomerBook {
  readonly exchanges: ReadonlyArray<Exchange>
  readonly stalls: ReadonlyArray<Stall>
  /** How to answer from now on. */
  readonly behave: (manner: Manner) => void
}

const header = (request: CustomerRequest, name: string): string => {
  const value = request.headers[name]
  return typeof value === "string" ? value : ""
}

const lookEveryMs = 20

const watchStalls = (): ReadonlyArray<Stall> => {
  const stalls: Array<Stall> = []
  let last = Date.now()
  const look = () => {
    const now = Date.now()
    if (now - last > 3 * lookEveryMs) stalls.push({ from: last, to: now })
    last = now
  }
  setInterval(look, lookEveryMs).unref()
  return stalls
}

/** Opens the book of a customer. It takes over the customer's `respond`. */
export const keepBook = (customer: TestCustomer, manner: Manner): CustomerBook => {
  const exchanges: Array<Exchange> = []
  const counts = new Map<string, number>()
  let current = manner
  customer.respond((request) => {
    const idempotencyKey = header(request, "idempotency-key")
    const earlier = counts.get(idempotencyKey) ?? 0
    counts.set(idempotencyKey, earlier + 1)
    const exchange: Exchange = {
      correlationId: header(request, "x-correlation-id"),
      idempotencyKey,
      body: request.body,
      at: request.at,
      closedAt: undefined,
      status: undefined,
    }
    exchanges.push(exchange)
    const behaviour = current(request, earlier)
    return {
      answer: (response) => {
        response.once("close", () => {
          exchange.closedAt = Date.now()
          if (response.headersSent) exchange.status = response.statusCode
        })
        behaviour.answer(response)
      },
    }
  })
  return { exchanges, stalls: watchStalls(), behave: (next) => void (current = next) }
}
