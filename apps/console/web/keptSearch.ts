/**
 * A search for a person: it stays in this tab, and the page's address names it by a key. Addresses end up in histories, in
 * bookmarks and in messages; an e-mail address or a phone number does not belong there.
 */
import { randomId } from "./randomId.ts"
import type { PersonSearch } from "./search.ts"

const prefix = "search:"

/** Where the browser keeps nothing for pages, a search is kept until the page is loaded again. */
const kept = new Map<string, string>()

/** Keeps a search, and returns the key for the address. */
export const keepSearch = (search: PersonSearch): string => {
  const key = randomId()
  const text = JSON.stringify(search)
  kept.set(key, text)
  inStorage((storage) => storage.setItem(prefix + key, text))
  return key
}

/** The search of a key, as a filter of the api; undefined for a key of another tab. */
export const keptSearch = (key: string): Readonly<Record<string, string>> | undefined => {
  const text = kept.get(key) ?? inStorage((storage) => storage.getItem(prefix + key))
  if (text === undefined || text === null) return undefined
  const { kind, value } = JSON.parse(text) as PersonSearch
  return { [kind]: value }
}

/** Forgets all searches. */
export const forgetSearches = (): void => {
  kept.clear()
  inStorage((storage) => storage.clear())
}

/** Undefined where the browser refuses, as some do for all pages and others when it is full. */
const inStorage = <A>(use: (storage: Storage) => A): A | undefined => {
  try {
    return use(sessionStorage)
  } catch {
    return undefined
  }
}
