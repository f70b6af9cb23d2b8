/** What the api and its preview process say to each other: one question at a time, each with one answer. */
import type { PreviewComparison } from "@lead-gateway/api-contract"
import type { Flow } from "@lead-gateway/lead-pipeline"
import type { StoredLead } from "@lead-gateway/lead-store/stored-lead"

/** The flow in force: a compiled one cannot be sent. */
export interface PreviewFlow {
  /** The documents as one JSON text: a long number would lose its digits as a value. */
  readonly documents: string
  readonly constants: Readonly<Record<string, string>>
  readonly deliveryMetadataNames: ReadonlyArray<string>
  readonly versions: Flow.Versions
}

/**
 * A question. `Begin` is the first one, and only that. `Open` begins a job with a request's body, and forgets the job before it; the others are about that job:
 * `Explain` its payload, or `Compile` its drafts, then `Compare` leads any number of times, then `Conclude`.
 * `Judge` is about one stored lead and the flow in force, and needs no job.
 */
export type Question =
  | { readonly _tag: "Begin"; readonly flow: PreviewFlow }
  | { readonly _tag: "Open"; readonly body: Uint8Array }
  | { readonly _tag: "Explain"; readonly nowMs: number }
  | { readonly _tag: "Compile" }
  | { readonly _tag: "Compare"; readonly leads: ReadonlyArray<StoredLead> }
  | { readonly _tag: "Conclude"; readonly isComplete: boolean }
  | {
      readonly _tag: "Judge"
      readonly lead: StoredLead
      /** The versions that made the last decision, as JSON text; null while it waits for one. */
      readonly decidedWith: string | null
      readonly nowMs: number
    }

/** What each question is answered with, beside `Refused` and `Bug`. */
export interface Answers {
  readonly Begin: { readonly _tag: "Begun" }
  /** What the body looks like: its keys, with stand-ins for all values but `last`. Undefined without a body. */
  readonly Open: { readonly _tag: "Opened"; readonly shape: unknown }
  /** The body of the response. */
  readonly Explain: { readonly _tag: "Explained"; readonly json: string }
  readonly Compile: { readonly _tag: "Compiled" }
  readonly Compare: { readonly _tag: "Compared" }
  readonly Conclude: { readonly _tag: "Concluded"; readonly comparison: PreviewComparison }
  /** The body of the response. */
  readonly Judge: { readonly _tag: "Judged"; readonly json: string }
}

/** The body cannot be read, or the drafts cannot be used. */
export interface Refused {
  readonly _tag: "Refused"
  readonly status: 400 | 422
  readonly error: string
}

/** An exception that no draft should cause. The process ends after it. */
export interface Bug {
  readonly _tag: "Bug"
  readonly error: unknown
}
