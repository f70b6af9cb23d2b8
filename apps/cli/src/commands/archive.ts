/** `lead-gateway archive read`. */
import { LeadId } from "@lead-gateway/lead"
import { Data, Effect, Option, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { print } from "../Output.ts"
import { terminalBesideOutput, withProgress } from "../Progress.ts"

/** The archive does not contain the lead. */
class LeadNotArchived extends Data.TaggedError("LeadNotArchived")<{ readonly message: string }> {}

/** Prints archived leads: all of them, or the one with this id. */
const printArchived = Effect.fnUntraced(function* ({
  id,
  path,
}: {
  readonly id: Option.Option<number>
  readonly path: string
}) {
  const { Archive } = yield* Effect.promise(() => import("@lead-gateway/lead-store"))
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

const read = Command.make(
  "read",
  {
    path: Argument.String("path").pipe(Argument.withDescription("A file of the archive, or its folder")),
    id: Flag.Int("id").pipe(
      Flag.withDescription("The lead with this id alone"),
      Flag.filter(Schema.is(LeadId), (id) => `found ${id}, expected a whole number from 1`),
      Flag.optional,
    ),
  },
  printArchived,
).pipe(
  Command.withDescription(
    "Print archived leads, one on each line with all that belongs to it; personal data. A lead that was archived more than once is printed as it was archived last",
  ),
  Command.withExamples([
    { command: "lead-gateway archive read archive/", description: "Print all of them" },
    { command: "lead-gateway archive read archive/ --id 42", description: "Print one" },
  ]),
)

/** Reads what retention has archived before it deleted leads. */
export const archive = Command.make("archive").pipe(
  Command.withDescription("Read what retention has archived; it needs no database"),
  Command.withSubcommands([read]),
)
