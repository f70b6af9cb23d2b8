import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import type { Place } from "./answers.ts"
import { Draft, type PayloadPath, valueOrBlocked } from "./Draft.ts"
import { type Candidate, findCandidates } from "./findCandidates.ts"
import { isMissingIn, type SourceTree, type Target } from "./SourceTree.ts"

/** The compiled aliases of a profile. No two targets and no sources of two targets overlap, so the order does not matter. */
export interface Aliases {
  readonly targets: ReadonlyArray<Target>
  readonly sources: SourceTree
}

/** Receives what {@link moveAliases} does. */
export interface AliasReport {
  /** A text was replaced by the JSON that it holds. */
  readonly onOpened: (path: PayloadPath, before: Json, after: Json) => void
  /** A value was moved to its target; `after` has the texts of options where `before` has their identifiers. */
  readonly onMoved: (target: Target, from: PayloadPath, before: Json, after: Json) => void
  /** Another value for a target that was filled. It stays where it is. */
  readonly onNotMoved: (target: Target, from: PayloadPath, value: Json) => void
  /** An answer that is the identifier of no option. It stays where it is. */
  readonly onUnknown: (path: PayloadPath) => void
}

/**
 * Moves to each missing target the value of its preferred source that is not missing. A value counts as missing if it
 * will be missing once it is normalised, such as a phone without a digit.
 */
export const moveAliases = (
  { targets, sources }: Aliases,
  payload: JsonObject,
  report: AliasReport,
): JsonObject => {
  const candidates = new Map<Target, Found>()
  for (const target of targets) {
    const current = valueOrBlocked(payload, target.path)
    if (current !== "blocked" && isMissingIn(target, current.value))
      candidates.set(target, { best: undefined, others: [] })
  }
  if (candidates.size === 0) return payload
  findCandidates(payload, sources, {
    wants: ({ target }) => candidates.has(target),
    onCandidate: (candidate) => {
      const { target } = candidate.source
      const found = candidates.get(target)
      if (found !== undefined && !isMissingIn(target, candidate.value)) add(found, candidate)
    },
    onUnknown: (path) => report.onUnknown(path),
  })
  const draft = new Draft(payload)
  const opened = new Set<Json>()
  for (const [target, { best, others }] of candidates) {
    if (best === undefined) continue
    for (const { path, value } of best.opened) {
      if (opened.has(value)) continue
      opened.add(value)
      report.onOpened(path, draft.replace(path, value), value)
    }
    for (const { path, value } of best.edits) {
      if (value === undefined) draft.remove(path)
      else draft.replace(path, value)
    }
    draft.set(target.path, best.value)
    report.onMoved(target, best.path, best.before, best.value)
    reportOthers(best, others, report)
  }
  return draft.payload
}

/** What was found for a target. */
interface Found {
  best: Candidate | undefined
  /** As many as are reported at most, so that a payload of the same question ten thousand times costs no memory. */
  readonly others: Array<Candidate>
}

/** As many changes as `normalize` reports at most. */
const maxOthers = 100

const add = (found: Found, candidate: Candidate): void => {
  const { best, others } = found
  const isBest = best === undefined || isPreferred(candidate, best)
  if (isBest) found.best = candidate
  const other = isBest ? best : candidate
  if (other !== undefined && others.length < maxOthers) others.push(other)
}

/** Reports what else might have filled the target of a candidate, unless it has the same value. */
const reportOthers = (best: Candidate, others: ReadonlyArray<Candidate>, report: AliasReport): void => {
  const { target } = best.source
  const moved = valueOf(best)
  const reportPlace = ({ path, value }: Place): void => {
    if (value !== moved) report.onNotMoved(target, path, value)
  }
  for (const place of best.further()) reportPlace(place)
  const taken = new Set(best.parts?.map(({ path }) => path.join("\0")))
  for (const other of others) {
    if (other.parts !== undefined) {
      if (valueOf(other) === moved) continue
      for (const part of other.parts) if (!taken.has(part.path.join("\0"))) reportPlace(part)
      continue
    }
    // What holds the moved value, such as an object with the preferred key, is not another value.
    if (other.path.every((step, index) => step === best.path[index])) continue
    reportPlace({ path: other.path, value: other.before })
    for (const place of other.further()) reportPlace(place)
  }
}

/** What another value is compared with: a joined one as it was joined, every other as it came. */
const valueOf = ({ before, parts, value }: Candidate): Json => (parts === undefined ? before : value)

/**
 * Whether candidate `a` is preferred to `b`: by the rank of the source; for the same source, the key that is spelled as
 * in the profile, else the smallest index or key.
 */
const isPreferred = (a: Candidate, b: Candidate): boolean => {
  if (a.source !== b.source) return a.source.rank < b.source.rank
  for (const [index, step] of a.path.entries()) {
    const other = b.path[index]
    if (other === undefined || step === other) continue
    const spelled = a.source.path[index]
    if (step === spelled || other === spelled) return step === spelled
    return step < other
  }
  return false
}
