/** What senders and operators do, and what they are answered. */
import { Effect } from "effect"

/** An answer: its body as text, and as JSON if it is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

export const ask = (url: string, init: RequestInit = {}): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { ...init, signal })
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.includes("json") ?? false
    const json: unknown = isJson ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, json }
  })

/** Posts a lead: a value, or JSON text as it is. */
export const post = (url: string, lead: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${url}/webhooks/leads`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof lead === "string" ? lead : JSON.stringify(lead),
  })

/** Posts a lead that is taken; its id. */
export const receive = (url: string, lead: unknown, headers?: Readonly<Record<string, string>>) =>
  Effect.map(post(url, lead, headers), ({ json }) => (json as { readonly lead_id: number }).lead_id)

/** The history of a lead, once its status is this one. It is polled, since changes are not announced. */
export const reached = (url: string, id: number, status: string): Effect.Effect<Answer> =>
  Effect.filterOrElse(
    ask(`${url}/stats/leads/${id}/history`),
    ({ json }) => (json as { readonly status?: string }).status === status,
    () => Effect.andThen(Effect.sleep(20), reached(url, id, status)),
  )

/** JSON with every time replaced, so that it can be compared. */
export const timeless = ({ text }: Answer): unknown =>
  JSON.parse(text, (key, value: unknown) => {
    if (key === "duration_ms" && typeof value === "number") return "a while"
    return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
      ? "a time"
      : value
  })
