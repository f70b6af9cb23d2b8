import { request as overHttp } from "node:http"
import { request as overHttps } from "node:https"
import { text as textOf } from "node:stream/consumers"

/** A request. */
export interface Asked {
  readonly method: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Its answer, whatever the status. */
interface Answered {
  readonly status: number
  readonly text: string
}

/**
 * Sends a request on a connection of its own and reads the whole answer. It follows no redirect and repeats nothing: `fetch`
 * sends again what was answered 421, and then fails because the body is used up.
 */
export const exchange = (
  url: string,
  { body, headers, method }: Asked,
  signal: AbortSignal,
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { protocol } = new URL(url)
    const send = protocol === "https:" ? overHttps : overHttp
    const request = send(url, { method, headers: { ...headers }, signal, agent: false }, (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
    })
    request.on("error", reject)
    request.end(body)
  })
