import { subscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { Socket } from "node:net"
import { type CustomerBehaviours, TestCustomer } from "@lead-gateway/testkit"
import {
  CustomerClient,
  type CustomerClientOptions,
  type DeliveryOutcome,
  type DeliveryRequest,
} from "@lead-gateway/customer-client"
import { Effect, Redacted } from "effect"
import { assert, vi } from "vitest"

/** Words that must turn up nowhere but in what the customer receives. */
export const secretToken = "token-Zg7hQ2"
export const bodyMarker = "Erika-Mustermann-4711"

export const request: DeliveryRequest = {
  body: `{"name":"${bodyMarker}","city":"Saarbrücken","id":12345678901234567890}`,
  idempotencyKey: "lead-1",
  correlationId: "correlation-1",
}

/** A client for tests: it may reach loopback, and knows the secret token. */
export const makeClient = (options: Partial<CustomerClientOptions> & Pick<CustomerClientOptions, "url">) =>
  CustomerClient.make({
    auth: { _tag: "Bearer", token: Redacted.make(secretToken) },
    timeout: "30 seconds",
    allowPrivate: true,
    ...options,
  })

/** A customer that answers like this, and a client for it. */
export const makeWorld = Effect.fnUntraced(function* (
  respond?: CustomerBehaviours,
  options: Partial<Omit<CustomerClientOptions, "url">> = {},
) {
  const customer = yield* TestCustomer.make(respond === undefined ? {} : { respond })
  const client = yield* makeClient({ ...options, url: customer.url })
  return { customer, client }
})

/**
 * Stops the clock and the timers of exchanges, to be advanced by the test, until the scope closes. Node's own,
 * those of sockets, stay real.
 */
export const heldTimers = Effect.acquireRelease(
  Effect.sync(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
    return { pass: (ms: number) => Effect.sync(() => void vi.advanceTimersByTime(ms)) }
  }),
  () => Effect.sync(() => vi.useRealTimers()),
)

/** The connections of this process that it has not yet seen closed. */
const sockets = new Set<Socket>()

subscribe("net.client.socket", (message) => {
  if (typeof message !== "object" || message === null || !("socket" in message)) return
  const { socket } = message
  if (!(socket instanceof Socket)) return
  sockets.add(socket)
  socket.once("close", () => sockets.delete(socket))
})

/** Lets the customer close its idle connections, and waits until our side has noticed. */
export const closeIdle = (customer: TestCustomer) =>
  Effect.promise(async () => {
    const port = Number(new URL(customer.url).port)
    const noticed = [...sockets]
      .filter((socket) => socket.remotePort === port)
      .map((socket) => once(socket, "close"))
    customer.closeIdle()
    await Promise.all(noticed)
  })

/** The fields of an answer that say what its body is. */
export const bodyOf = (outcome: DeliveryOutcome) =>
  outcome._tag === "Answered"
    ? { body: outcome.body, truncated: outcome.truncated, unreadable: outcome.unreadable }
    : assert.fail(`not answered: ${outcome._tag}`)
