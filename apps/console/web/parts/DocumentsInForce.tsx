/** Which versions of the documents decide, since when, and which did before. */
import type { FlowInForce } from "@lead-gateway/client"
import { DataTable } from "../components/DataTable.tsx"
import { Time } from "../components/Time.tsx"
import { documents } from "../documents.ts"
import { formatCount } from "../format.ts"
import type { DocumentPart } from "../schemas.ts"

const parts = Object.keys(documents) as ReadonlyArray<DocumentPart>

export const DocumentsInForce = ({ flow }: { readonly flow: FlowInForce }) => (
  <>
    <Others flow={flow} />
    <details open={new Set(flow.decided_with.map(({ is_this }) => is_this)).size > 1}>
      <summary>Versions</summary>
      <DataTable
        label="Versions"
        rows={parts}
        keyOf={(part) => part}
        columns={[
          {
            name: "Document",
            show: (part) => (
              <a href={`/console/rules${part === "rules" ? "" : `?part=${part}`}`}>{documents[part].name}</a>
            ),
          },
          { name: "In force", show: (part) => <code>{flow.versions[part]}</code> },
          { name: "Decides since", show: (part) => <Since versions={versionsOf(flow, part)} /> },
          {
            name: "Before that",
            show: (part) => <Before versions={versionsOf(flow, part)} now={flow.versions[part]} />,
          },
        ]}
        empty=""
      />
      <p class="fine">
        By the last {formatCount(flow.decided_with.reduce((sum, { decisions }) => sum + decisions, 0))}{" "}
        decisions. A version is the beginning of the file's SHA-256: <code>sha256sum</code> shows it.
      </p>
    </details>
  </>
)

interface Version {
  readonly version: string
  readonly decisions: number
  readonly first: string
  readonly last: string
  /** Whether there may be earlier decisions by it, which were not looked at. */
  readonly isOldest: boolean
}

/** The versions of a document that have decided lately, the latest first. */
const versionsOf = ({ decided_with }: FlowInForce, part: DocumentPart): ReadonlyArray<Version> => {
  const oldest = decided_with.map(({ first_decided_at }) => first_decided_at).toSorted()[0]
  const byVersion = Map.groupBy(decided_with, ({ versions }) => versionIn(versions, part))
  return [...byVersion].map(([version, all]) => {
    const first = all.map(({ first_decided_at }) => first_decided_at).toSorted()[0] ?? ""
    return {
      version,
      decisions: all.reduce((sum, { decisions }) => sum + decisions, 0),
      first,
      last:
        all
          .map(({ last_decided_at }) => last_decided_at)
          .toSorted()
          .at(-1) ?? "",
      isOldest: first === oldest,
    }
  })
}

const versionIn = (versions: unknown, part: DocumentPart): string => {
  const version: unknown =
    typeof versions === "object" && versions !== null ? Reflect.get(versions, part) : undefined
  return typeof version === "string" ? version : "unknown"
}

const Since = ({ versions: [newest] }: { readonly versions: ReadonlyArray<Version> }) =>
  newest === undefined ? (
    <span class="faint">nothing was decided yet</span>
  ) : (
    <>
      {newest.isOldest && "at least "}
      <Time at={newest.first} as="relative" />
    </>
  )

const Before = ({ now, versions }: { readonly versions: ReadonlyArray<Version>; readonly now: string }) => {
  const others = versions.filter(({ version }) => version !== now)
  if (others.length === 0) return <span class="faint">–</span>
  return (
    <ul class="inline">
      {others.map(({ decisions, last, version }) => (
        <li key={version}>
          <code>{version}</code>, until <Time at={last} as="relative" /> ({formatCount(decisions)})
        </li>
      ))}
    </ul>
  )
}

/** Workers that decide by other documents than those shown are worth a look. */
const Others = ({ flow }: { readonly flow: FlowInForce }) => {
  const [latest] = flow.decided_with
  if (latest === undefined || latest.is_this) return null
  return (
    <p class="notice warn">
      The last {formatCount(latest.decisions)} decisions, the latest{" "}
      <Time at={latest.last_decided_at} as="relative" />, were made by other documents than those shown here:
      restart the workers, or this api, so that all read the same files.
    </p>
  )
}
