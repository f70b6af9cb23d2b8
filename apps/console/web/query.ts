/** A page's choices, kept in its address: a link shows what its sender saw, and the back button goes back. */
import { useLocation } from "preact-iso"

/** The choices of the page, and how to change some: undefined and "" take one away. */
export const useQuery = (): {
  readonly query: Readonly<Record<string, string>>
  readonly change: (changes: Readonly<Record<string, string | undefined>>) => void
} => {
  const { path, query, route } = useLocation()
  return {
    query,
    change: (changes) => {
      const all = Object.entries({ ...query, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
      )
      const text = new URLSearchParams(all).toString()
      route(text === "" ? path : `${path}?${text}`)
    },
  }
}
