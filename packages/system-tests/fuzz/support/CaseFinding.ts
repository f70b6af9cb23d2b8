import type { Finding } from "../oracle/form.ts"

/** A finding, and the case that it belongs to if it belongs to one. */
export interface CaseFinding extends Finding {
  readonly number: number | undefined
}
