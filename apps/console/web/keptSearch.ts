/**
 * A search for a person: it stays in this tab, and the page's address names it by a key. Addresses end up in histories, in
 * bookmarks and in messages; an e-mail address or a phone number does not belong there.
 */
import { randomId } from "./randomId.ts"
import type { PersonSearch } from "./search.ts"

const prefix = "search:"

/** Keeps a search, and returns the key for the address. */
export const keepSearch = (search: PersonSearch): string => {
  const key = randomId()
  sessionStorage.setItem(prefix + key, JSON.stringify(search))
  return key
}

/** The search of a key, as a filter of the api; undefined for a key of another tab. */
export const keptSearch = (key: string): Readonly<Record<string, string>> | undefined => {
  const text = sessionStorage.getItem(prefix + key)
  if (text === null) return undefined
  const { kind, value } = JSON.parse(text) as PersonSearch
  return { [kind]: value }
}
