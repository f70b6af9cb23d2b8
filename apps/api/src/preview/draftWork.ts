/**
 * How much work drafts may make.
 *
 * Every part of a draft may read, and every line of the answer may quote, all of a payload: work and answer grow with the
 * product of both sizes. With a megabyte of rules for a megabyte of payload, senders would wait for a minute, and the answer
 * would be longer than a text may be. So the product is bounded, to about a tenth of a second.
 */
import { Flow } from "@lead-gateway/lead-pipeline"
import { get, type Json, type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { isLongerThan } from "./isTooLong.ts"

/** 50 kB of drafts for 10 kB of payload, or 1 kB for half a megabyte. */
const maxProduct = 2 ** 29

/** Whether a payload is too large for the drafts of a request; never without drafts, since workers decide on it as well. */
export const makeWorkCheck = (request: JsonObject): ((payload: Json) => boolean) => {
  const drafts = Flow.parts.flatMap((part) => get(request, part) ?? [])
  if (drafts.length === 0) return () => false
  const characters = drafts.reduce<number>((sum, draft) => sum + stringify(draft).length, 0)
  return (payload) => isLongerThan(payload, maxProduct / characters)
}

/** The answer to drafts and a payload that are too large. */
export const tooMuchWork =
  "the drafts are too large for the payload: 10 kB of payload permit 50 kB of drafts, 1 kB 500 kB"
