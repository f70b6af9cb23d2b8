import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"

/** The id of a lead from the text that a queue holds; `undefined` if it is none. */
export const leadIdOf = (text: string): LeadId | undefined => {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined
  return isLeadId(id) ? id : undefined
}

const isLeadId = Schema.is(LeadId)
