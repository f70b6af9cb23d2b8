import { Context } from "effect"

/**
 * The correlation id of the request that is being answered, for the bodies of errors.
 *
 * The app provides it for each request, with the same id that it puts into `X-Correlation-ID`:
 * `Effect.provideService(answer, CurrentCorrelationId, id)`. Without it errors say `unknown`.
 */
export const CurrentCorrelationId: Context.Reference<string> = Context.Reference<string>(
  "@lead-gateway/api-contract/CurrentCorrelationId",
  { defaultValue: () => "unknown" },
)
