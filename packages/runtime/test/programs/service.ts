/** A service that prints when it runs, breaks on request in several ways, and stops slowly or never. */
import { loggingSettings, processSettings, Settings, Kind, traceSettings } from "@lead-gateway/config"
import { listen, ProcessStop, respond, runService } from "@lead-gateway/runtime"
import { runCommand } from "@lead-gateway/runtime/command"
import { Data, Duration, Effect } from "effect"

const shutdownTimeout = Duration.seconds(5)

const settings = Settings.all({
  logging: loggingSettings,
  process: processSettings,
  traces: traceSettings,
  port: Settings.withDefault("PORT", Kind.listenPort, "Port", 0),
  stuck: Settings.withDefault("STUCK", Kind.boolean, "Whether to stop never", false),
  spinning: Settings.withDefault("SPINNING", Kind.boolean, "Whether nothing of it can be interrupted", false),
  bug: Settings.withDefault("BUG", Kind.boolean, "Whether to break", false),
  end: Settings.withDefault(
    "END",
    Kind.literals(["never", "fails", "dies", "part", "throws", "rejects"]),
    "What ends it once it listens",
    "never",
  ),
})

class Lost extends Data.TaggedError("Lost")<{ readonly message: string }> {}

const ends = {
  never: Effect.never,
  fails: Effect.fail(new Lost({ message: "the dependency is gone" })),
  dies: Effect.die(new Error("a bug that quotes jane@example.com")),
  part: Effect.andThen(
    ProcessStop.use((stop) => Effect.sync(() => stop.fail("a part cannot go on"))),
    Effect.never,
  ),
  throws: Effect.andThen(
    Effect.sync(() =>
      setImmediate(() => {
        throw new TypeError("quotes jane@example.com")
      }),
    ),
    Effect.never,
  ),
  rejects: Effect.andThen(
    Effect.sync(() => void Promise.reject(new RangeError("quotes jane@example.com"))),
    Effect.never,
  ),
}

const service = runService({
  service: "test",
  load: Settings.load(settings),
  main: Effect.fnUntraced(function* ({ bug, end, port, spinning, stuck }) {
    if (bug) return yield* Effect.die(new Error("a bug"))
    yield* Effect.addFinalizer(() => Effect.andThen(Effect.sleep("300 millis"), Effect.logInfo("tidied up")))
    if (stuck) yield* Effect.addFinalizer(() => Effect.never)
    const address = yield* listen({ host: "127.0.0.1", port, shutdownTimeout }, (_, response) =>
      respond(response, { status: 200, body: {} }),
    )
    yield* Effect.annotateLogs(Effect.logInfo("listening"), { port: address.port })
    return yield* spinning ? Effect.uninterruptible(ends[end]) : ends[end]
  }),
})

runCommand(service)
