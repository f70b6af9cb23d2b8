import { parse } from "./Json.ts"

/** An answer that is an error. What kept an answer from coming is thrown as `fetch` throws it: a `TypeError`, the abort's reason. */
export class ApiError extends Error {
  override readonly name = "ApiError"
  /** The HTTP status: 400 to 599, or another one that is no success. */
  readonly status: number
  /** The api's short text, such as `lead not found`; the status' own text for an answer that is not of the api. */
  readonly error: string
  /** By which the request is found in the api's log. */
  readonly correlationId: string | undefined
  /** Seconds to wait before another try, where the answer says so. */
  readonly retryAfter: number | undefined

  constructor(fields: Pick<ApiError, "correlationId" | "error" | "retryAfter" | "status">) {
    super(`${fields.status} ${fields.error}`)
    this.status = fields.status
    this.error = fields.error
    this.correlationId = fields.correlationId
    this.retryAfter = fields.retryAfter
  }
}

/** The error of an answer. Reads its body. */
export const errorOf = async (response: Response): Promise<ApiError> => {
  const { headers, status, statusText } = response
  const body = bodyOf(await response.text())
  return new ApiError({
    status,
    error: textOf(body.error) ?? (statusText || "unexpected answer"),
    correlationId: textOf(body.correlation_id) ?? headers.get("x-correlation-id") ?? undefined,
    retryAfter: secondsOf(headers.get("retry-after")),
  })
}

const bodyOf = (text: string): { readonly error?: unknown; readonly correlation_id?: unknown } => {
  try {
    return parse(text) ?? {}
  } catch {
    // A proxy's page.
    return {}
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
const secondsOf = (text: string | null): number | undefined => {
  if (text === null) return undefined
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
