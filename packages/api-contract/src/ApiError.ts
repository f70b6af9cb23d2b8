/**
 * The errors of the API: each is answered with its status and `{ "error", "correlation_id" }`.
 *
 * Handlers fail with an error without correlation id: it is added from `CurrentCorrelationId` when the body is written.
 * Clients receive the same classes, with the correlation id. No error holds a lead's data.
 */
import { type Cause, Data } from "effect"
import { type ApiErrorFields, challengeResponse, errorResponse, retryAfterResponse } from "./ErrorBody.ts"

/** An error of the API. It can be yielded in `Effect.gen`, which fails with it. */
export interface ApiError<Tag extends string> extends Cause.YieldableError, ApiErrorFields {
  readonly _tag: Tag
}

const failure = <Tag extends string>(
  tag: Tag,
  text: string,
): new (fields?: Partial<ApiErrorFields>) => ApiError<Tag> =>
  class extends Data.TaggedError(tag)<ApiErrorFields> {
    constructor(fields: Partial<ApiErrorFields> = {}) {
      super({ error: text, ...fields })
    }
    override get message(): string {
      return this.error
    }
  }

/** 400: the request is invalid; `error` says which part, and what is expected. */
export class InvalidRequest extends failure("InvalidRequest", "malformed JSON payload") {
  static readonly response = errorResponse({
    errorClass: InvalidRequest,
    status: 400,
    description:
      "The request cannot be understood; `error` says why: `malformed JSON payload`, " +
      "`the payload must be one JSON object`, `Idempotency-Key must be …`, `limit must be …`",
  })
}

/** 401: a secret is required, and it is missing or wrong. */
export class Unauthorized extends failure("Unauthorized", "unauthorized") {
  static readonly response = errorResponse(unauthorized(Unauthorized))
  /** As `response`, with `WWW-Authenticate: Bearer`, where a bearer token is required. */
  static readonly challenge = challengeResponse(unauthorized(Unauthorized))
}

function unauthorized<E>(errorClass: new (fields: ApiErrorFields) => E) {
  return { errorClass, status: 401, description: "`unauthorized`: the secret is missing or wrong" }
}

/** 403: the operator is known, and its role is too small for the route. */
export class Forbidden extends failure("Forbidden", "forbidden") {
  static readonly response = errorResponse({
    errorClass: Forbidden,
    status: 403,
    description: "`forbidden: needs the role …`: the operator's role is too small",
  })
}

/** 404: there is nothing of this id or name; `error` says what is missing. */
export class NotFound extends failure("NotFound", "not found") {
  static readonly response = errorResponse({
    errorClass: NotFound,
    status: 404,
    description: "`… not found`: nothing has this id or name",
  })
}

/** 404: there is no lead with this id. */
export class LeadNotFound extends failure("LeadNotFound", "lead not found") {
  static readonly response = errorResponse({
    errorClass: LeadNotFound,
    status: 404,
    description: "`lead not found`: no lead has this id",
  })
}

/** 409: the request contradicts an earlier one; `error` says which. */
export class Conflict extends failure("Conflict", "conflict") {
  static readonly response = errorResponse({
    errorClass: Conflict,
    status: 409,
    description: "`request_id was used before, with another request`: nothing was done",
  })
}

/** 413: the body is larger than `MAX_BODY_BYTES`, before or after decompression. */
export class PayloadTooLarge extends failure("PayloadTooLarge", "payload too large") {
  static readonly response = errorResponse({
    errorClass: PayloadTooLarge,
    status: 413,
    description: "`payload too large`: the body is larger than `MAX_BODY_BYTES`, 1 MiB unless set",
  })
}

/** 415: the content type is not one that is accepted. */
export class UnsupportedMediaType extends failure("UnsupportedMediaType", "unsupported media type") {
  static readonly response = errorResponse({
    errorClass: UnsupportedMediaType,
    status: 415,
    description:
      "`unsupported media type; send …`: the content type is not JSON (or, with `ACCEPT_FORMS=true`, a form of text " +
      "fields), or the encoding cannot be decoded; `error` says what is supported",
  })
}

/** 422: the key of the webhook was used with another body. */
export class KeyConflict extends failure("KeyConflict", "idempotency key was used with another payload") {
  static readonly response = errorResponse({
    errorClass: KeyConflict,
    status: 422,
    description:
      "`idempotency key was used with another payload`: nothing is stored; a new lead needs a new key",
  })
}

/** 422: the request is well formed, and what it asks for is not possible; `error` says why. */
export class Unprocessable extends failure("Unprocessable", "unprocessable request") {
  static readonly response = errorResponse({
    errorClass: Unprocessable,
    status: 422,
    description: "The request is understood and cannot be carried out; `error` says why",
  })
}

/** 429: too many webhooks, or wrong tokens; the header `Retry-After` says when to try again. */
export class TooManyRequests extends failure("TooManyRequests", "too many requests") {
  static readonly response = retryAfterResponse({
    errorClass: TooManyRequests,
    status: 429,
    description:
      "`too many requests`: too many webhooks of one sender, or wrong tokens from one address; retry after " +
      "`Retry-After`",
  })
}

/** 500: an unexpected error. */
export class InternalError extends failure("InternalError", "internal server error") {
  static readonly response = errorResponse({
    errorClass: InternalError,
    status: 500,
    description: "`internal server error`: an unexpected failure, logged with the correlation id",
  })
}

/** 503: Postgres cannot be reached, or webhooks are too many; the header `Retry-After` says when to try again. */
export class DatabaseUnavailable extends failure("DatabaseUnavailable", "database error") {
  static readonly response = retryAfterResponse({
    errorClass: DatabaseUnavailable,
    status: 503,
    description:
      "`database error`: Postgres cannot be reached, or refuses writes; `overloaded`: more webhooks than can be " +
      "stored in time; `too many … (MAX_BYTES_IN_FLIGHT)` or `(MAX_CONNECTIONS)`: the limit that is reached; " +
      "retry after `Retry-After`",
  })
}

/** 503: a dependency of the process is down; `error` names it. */
export class NotReady extends failure("NotReady", "not ready") {
  static readonly response = errorResponse({
    errorClass: NotReady,
    status: 503,
    description:
      "Something that is needed is down; `error` names it: `not ready: database`, " +
      "`not ready: database refuses writes (disk full)`",
  })
}
