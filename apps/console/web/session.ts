/** Who is signed in. The credential is in a cookie that no script can read; this knows its name and role alone. */
import { ApiError, type Me } from "@lead-gateway/client"
import { signal } from "@preact/signals"
import { client } from "./client.ts"
import { forgetSearches } from "./keptSearch.ts"

/** What a person may do; each role may do what the one before it may. */
export type Role = Me["role"]

/** Who is signed in: `undefined` until the api has said, null for nobody. */
export const session = signal<Me | null | undefined>(undefined)

/** Whether somebody was signed in on this page before: the sign-in says why it is there again. */
export const hasEnded = signal(false)

/** Ends the session on the page, after an answer 401; of several such answers the first one ends it. */
export const endSession = (): void => {
  if (session.value !== undefined && session.value !== null) hasEnded.value = true
  session.value = null
}

const path = "/console/session"

/** Reads who is signed in from the page, or asks, where the page could not find out. */
export const loadSession = async (): Promise<void> => {
  const { operator } = document.documentElement.dataset
  delete document.documentElement.dataset.operator
  if (operator !== undefined && operator !== "") {
    session.value = JSON.parse(operator) as Me | null
    previous = session.value?.name
    return
  }
  try {
    session.value = await client.me()
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error
    session.value = null
  }
}

/** Who was signed in last in this tab. */
let previous: string | undefined

/**
 * Signs in with a token; afterwards nobody is signed in if the api does not know it. What the person before has left in this
 * tab, searches and drafts, is not for another one.
 */
export const signIn = async (token: string): Promise<void> => {
  // No header can hold it, so no token is like that.
  if (!/^[\x21-\x7e]+$/.test(token)) return
  await change({ method: "POST", headers: { Authorization: `Bearer ${token}` } })
  await loadSession()
  hasEnded.value = false
  const now = session.value?.name
  if (now === undefined) return
  if (previous !== undefined && previous !== now) {
    forgetSearches()
    location.reload()
  }
  previous = now
}

/** Signs out, and forgets what was on the screen. */
export const signOut = async (): Promise<void> => {
  await change({ method: "DELETE" })
  forgetSearches()
  location.reload()
}

const change = async (init: RequestInit): Promise<void> => {
  const response = await fetch(path, init)
  if (response.ok) return
  // A proxy in between answers with pages of its own.
  const body = (await response.json().catch(() => ({}))) as { readonly error?: unknown }
  throw new ApiError({
    status: response.status,
    error: typeof body.error === "string" ? body.error : "unexpected answer",
    correlationId: response.headers.get("x-correlation-id") ?? undefined,
    retryAfter: undefined,
  })
}

/** Whether the gateway asks nobody who he is. */
export const isOpen = (): boolean => session.value?.via === "open"

/** Whether the person may do what needs a role. */
export const may = (role: Role): boolean => {
  const order: ReadonlyArray<Role> = ["viewer", "operator", "admin"]
  const own = session.value?.role
  return own !== undefined && order.indexOf(own) >= order.indexOf(role)
}
