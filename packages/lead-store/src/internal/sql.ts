/**
 * Pieces of SQL that several statements share. States, events and outcomes are called as in `@lead-gateway/lead`, and
 * a misspelt one is a type error.
 */
import { type CustomerHealth, type LeadEventType, type LeadState, openStates } from "@lead-gateway/lead"

/** The literal of a lead's state. */
export const state = (name: LeadState): string => `'${name}'`

/** The literal of an event's type. */
export const event = (type: LeadEventType): string => `'${type}'`

/** The literal of what an outcome says about the customer. */
export const health = (name: CustomerHealth): string => `'${name}'`

/** Something is left to do for the lead: its state is one of the open ones. */
export const isOpen = (column: string): string => `${column} IN (${openStates.map(state).join(", ")})`

/** Nobody has leased the work: nobody ever did, it was given back, or the lease has ended. */
export const isFree = "(leased_until IS NULL OR leased_until <= now())"

/** A moment as it is written on the wire, whatever the session's time zone: `2026-01-21T10:35:00.123Z`. */
export const utc = (moment: string): string =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
