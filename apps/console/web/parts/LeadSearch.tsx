/** One field that finds leads by id, e-mail, phone or correlation id. */
import { useSignal } from "@preact/signals"
import { useLocation } from "preact-iso"
import { keepSearch } from "../keptSearch.ts"
import { readSearch } from "../search.ts"

interface LeadSearchProps {
  readonly onFilter: (filters: Readonly<Record<string, string | undefined>>) => void
}

export const LeadSearch = ({ onFilter }: LeadSearchProps) => {
  const { route } = useLocation()
  const text = useSignal("")
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const found = readSearch(text.value)
    if (found === undefined) return
    if (found.kind === "id") return route(`/console/leads/${found.id}`)
    const isPerson = found.kind !== "correlation_id"
    onFilter({
      correlation_id: isPerson ? undefined : found.value,
      search: isPerson ? keepSearch(found) : undefined,
    })
    text.value = ""
  }
  return (
    <form role="search" class="search" onSubmit={submit}>
      <label class="unseen" for="search">
        Find by id, e-mail, phone or correlation id
      </label>
      <input
        id="search"
        type="search"
        placeholder="Id, e-mail, phone or correlation id"
        autocomplete="off"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit">Find</button>
    </form>
  )
}
