import { LeadId } from "@lead-gateway/lead"
import { Archive } from "@lead-gateway/lead-store"
import { runCli } from "@lead-gateway/runtime"
import { Data, Effect, Option, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }

/** The archive has no such lead. */
class LeadNotArchived extends Data.TaggedError("LeadNotArchived")<{ readonly message: string }> {}

/** Whoever read what is printed does so no more, such as `head`. */
class OutputClosed extends Data.TaggedError("OutputClosed") {}

/** Prints text once the reader has taken what came before. */
const print = (text: string) =>
  Effect.callback<void, OutputClosed>((resume) => {
    process.stdout.write(text, (error) => resume(error ? Effect.fail(new OutputClosed()) : Effect.void))
  })

const read = Command.make(
  "read",
  {
    path: Argument.String("path").pipe(Argument.withDescription("A file of the archive, or its folder")),
    id: Flag.Int("id").pipe(
      Flag.withDescription("The lead with this id alone"),
      Flag.filter(Schema.is(LeadId), (id) => `found ${id}, allowed is a whole number from 1`),
      Flag.optional,
    ),
  },
  Effect.fnUntraced(function* ({ id, path }) {
    // Told to whoever writes; without a listener it would end the process.
    process.stdout.on("error", () => {})
    let printed = 0
    yield* Archive.read(path, { id: Option.getOrUndefined(Option.map(id, LeadId.make)) }).pipe(
      Stream.runForEachArray((lines) => {
        printed += lines.length
        return print(`${lines.join("\n")}\n`)
      }),
      Effect.catchTag("OutputClosed", () => Effect.void),
    )
    if (Option.isSome(id) && printed === 0) {
      return yield* new LeadNotArchived({ message: `${path} has no lead ${id.value}` })
    }
  }),
).pipe(
  Command.withDescription(
    "Print archived leads, one on each line with all that belongs to it; personal data. Each comes once, as it was archived last",
  ),
)

const archive = Command.make("archive").pipe(
  Command.withDescription("Read what retention has archived; it needs no database"),
  Command.withSubcommands([read]),
)

runCli(archive, packageJson)
