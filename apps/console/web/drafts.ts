/** Drafts of documents, kept while the console is open: who looks at a lead that a draft changes comes back to it. */
import type { PreviewComparison } from "@lead-gateway/client"
import { type Signal, signal } from "@preact/signals"
import type { DocumentPart } from "./schemas.ts"

/** What a draft did when it was tried. */
export interface Trial {
  readonly text: string
  readonly comparison: PreviewComparison
  readonly tookMs: number
}

/** One draft. */
export interface DraftState {
  /** Undefined: the document as it is in force. */
  readonly text: Signal<string | undefined>
  /** On how many leads it is tried. */
  readonly last: Signal<number>
  readonly trial: Signal<Trial | undefined>
}

const drafts = new Map<DocumentPart, DraftState>()

/** The draft of a document. */
export const draftOf = (part: DocumentPart): DraftState => {
  const draft = drafts.get(part) ?? {
    text: signal<string | undefined>(undefined),
    last: signal(1000),
    trial: signal<Trial | undefined>(undefined),
  }
  drafts.set(part, draft)
  return draft
}

/** A document as drafts print it. Numbers keep every digit. */
export const printDocument = (document: unknown): string => JSON.stringify(document, undefined, 2)
