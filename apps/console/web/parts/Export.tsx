/** The leads of a list as a file, for admins. */
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import type { Filters } from "./LeadFilters.tsx"

const formats = [
  { format: "csv", name: "CSV", type: "text/csv" },
  { format: "jsonl", name: "JSON lines", type: "application/jsonl" },
] as const

type Format = (typeof formats)[number]

export const Export = ({ filters }: { readonly filters: Filters }) => {
  const { error, isBusy, run } = useDoing()
  // A browser keeps the addresses of downloads, as it keeps those of pages.
  const isOfPerson = filters.email !== undefined || filters.phone !== undefined
  return (
    <>
      <p class="fine">
        Export these leads with all values, on record in the audit:
        {formats.map((one) => (
          <>
            {" "}
            {isOfPerson ? (
              <button
                type="button"
                class="quiet"
                disabled={isBusy.value}
                onClick={() => void run(() => save(filters, one))}
              >
                {one.name}
              </button>
            ) : (
              <a href={`/api/v1/export?${new URLSearchParams({ ...filters, format: one.format })}`} download>
                {one.name}
              </a>
            )}
          </>
        ))}
      </p>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
    </>
  )
}

/** Saves a file that is held whole, as that of one person can be. */
const save = async (filters: Filters, { format, type }: Format): Promise<void> => {
  const text = await client.leads.export({ ...filters, format })
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement("a")
  link.href = address
  link.download = `leads.${format}`
  link.click()
  URL.revokeObjectURL(address)
}
