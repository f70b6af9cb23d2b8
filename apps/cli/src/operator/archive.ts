import { LeadId } from "@lead-gateway/lead"
import { Archive } from "@lead-gateway/lead-store"
import { Data, Effect, Option, Stream } from "effect"
import { print } from "../output.ts"
import { terminalBesideOutput, withProgress } from "../Progress.ts"

/** The archive has no such lead. */
class LeadNotArchived extends Data.TaggedError("LeadNotArchived")<{ readonly message: string }> {}

/** Prints archived leads, all of them or one. */
export const printArchived = Effect.fnUntraced(function* ({
  id,
  path,
}: {
  readonly id: Option.Option<number>
  readonly path: string
}) {
  const leads = Archive.read(path, { id: Option.getOrUndefined(Option.map(id, LeadId.make)) })
  let printed = 0
  yield* withProgress("reading leads", terminalBesideOutput(), (progress) =>
    Stream.runForEachArray(leads, (lines) => {
      printed += lines.length
      progress(printed)
      return print(lines)
    }),
  ).pipe(Effect.catchTag("OutputClosed", () => Effect.void))
  if (Option.isSome(id) && printed === 0) {
    return yield* new LeadNotArchived({ message: `${path} has no lead ${id.value}` })
  }
})
