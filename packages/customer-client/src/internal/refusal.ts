import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AddressCheck } from "./addressCheck.ts"
import { AddressRefusal, checkedLookup } from "./checkedLookup.ts"
import { hostOf } from "./hostOf.ts"

/** Why a connection to a URL's host would be refused now; `None` also if the name cannot be resolved. */
export const addressRefusal = (url: URL, check: AddressCheck): Effect.Effect<Option.Option<string>> =>
  Effect.callback((resume) => {
    checkedLookup(check)(hostOf(url), { all: true }, (error) =>
      resume(Effect.succeed(error instanceof AddressRefusal ? Option.some(error.message) : Option.none())),
    )
  })
