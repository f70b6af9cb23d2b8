import { errorOf } from "./ApiError.ts"
import { stringify } from "./Json.ts"

/** A secret, or how to get the current one, for each request. */
export type Secret = string | (() => string | Promise<string>)

/** Where the api is, and how to speak to it. */
export interface ClientOptions {
  /** `https://leads.example.com`, with a path if the api is behind one. In a browser, `""` is the page's own origin. */
  readonly url: string
  /** An operator's token or JWT. */
  readonly token?: Secret
  /** A sender's secret, for `leads.send`. */
  readonly sharedSecret?: Secret
  /** Instead of the platform's `fetch`: for proxies, timeouts, tests. */
  readonly fetch?: typeof globalThis.fetch
}

/** Options of one call. */
export interface CallOptions {
  /** Ends the request: `AbortSignal.timeout(5000)`. */
  readonly signal?: AbortSignal
  /** Of `leads.send`: the same key with the same lead makes one lead, however often it is sent. */
  readonly idempotencyKey?: string
  /** Your own id of the request, instead of one that the api makes. */
  readonly correlationId?: string
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request of a route. */
export interface ApiRequest {
  readonly method: string
  /** With its parameter in place. */
  readonly path: string
  readonly query?: object | undefined
  readonly body?: unknown
  readonly options?: CallOptions | undefined
}

/** Sends a request. Resolves with an answer that is a success, its body not yet read; rejects with `ApiError` for others. */
export const send = async (client: ClientOptions, request: ApiRequest): Promise<Response> => {
  const { body, method, options = {}, path, query = {} } = request
  const secrets = path.startsWith("/webhooks/")
    ? { "x-shared-secret": await valueOf(client.sharedSecret) }
    : { authorization: bearer(await valueOf(client.token)) }
  const headers = Object.entries({
    ...secrets,
    "content-type": body === undefined ? undefined : "application/json",
    "idempotency-key": options.idempotencyKey,
    "x-correlation-id": options.correlationId,
    ...options.headers,
  })
  const ask = client.fetch ?? globalThis.fetch
  const response = await ask(`${client.url.replace(/\/+$/, "")}${path}${queryText(query)}`, {
    method,
    headers: headers.filter((header): header is [string, string] => header[1] !== undefined),
    ...(body === undefined ? {} : { body: stringify(body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  if (!response.ok) throw await errorOf(response)
  return response
}

const valueOf = (secret: Secret | undefined): string | Promise<string> | undefined =>
  typeof secret === "function" ? secret() : secret

const bearer = (token: string | undefined): string | undefined =>
  token === undefined ? undefined : `Bearer ${token}`

const queryText = (query: object): string => {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(
    entries.map(([key, value]): [string, string] => [key, String(value)]),
  ).toString()
  return text === "" ? "" : `?${text}`
}
