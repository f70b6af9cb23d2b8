import type { Client } from "./Client.ts"
import { subscribe } from "./events.ts"
import { parse } from "./Json.ts"
import { type Kind, methods } from "./methods.ts"
import { pagesOf } from "./pages.ts"
import { type CallOptions, type ClientOptions, send } from "./request.ts"

/**
 * Makes a client of the api at a URL. Nothing is sent until a method is called, and nothing is sent twice.
 *
 * A method rejects with `ApiError` for an answer that is an error, and otherwise as `fetch` does.
 */
export const createClient = (options: ClientOptions): Client => {
  const client: Record<string, object> = {}
  for (const [route, { kind, name }] of Object.entries(methods)) {
    const [group = "", member] = name.split(".")
    const method = methodOf(options, route, kind)
    if (member === undefined) client[group] = method
    else Object.assign((client[group] ??= {}), { [member]: method })
  }
  return client as Client
}

const methodOf = (client: ClientOptions, route: string, kind: Kind) => {
  const [method = "", template = ""] = route.split(" ")
  if (kind === "events") {
    return subscribe((lastEventId, { headers, ...options }) => {
      const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId }
      return send(client, {
        method,
        path: template,
        options: { ...options, headers: { ...headers, ...resume } },
      })
    })
  }
  return (...args: Array<unknown>) => {
    const path = template.replaceAll(/:\w+/g, () => encodeURIComponent(String(args.shift())))
    const body = kind === "body" ? args.shift() : undefined
    const query = kind === "query" || kind === "pages" ? (args.shift() as object | undefined) : undefined
    const options = args.shift() as CallOptions | undefined
    const ask = async (cursor?: string) =>
      answerOf(
        await send(client, {
          method,
          path,
          body,
          options,
          query: cursor === undefined ? query : { ...query, cursor },
        }),
      )
    return kind === "pages"
      ? pagesOf((cursor) => ask(cursor) as Promise<{ readonly next_cursor: string | null }>)
      : ask()
  }
}

/** What an answer says: JSON, text, or nothing. */
const answerOf = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  if (response.status === 204) return undefined
  return response.headers.get("content-type")?.startsWith("application/json") === true ? parse(text) : text
}
