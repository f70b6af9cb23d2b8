/** A service that prints when it runs, fails on request, and stops slowly. */
import { loggingSettings, processSettings, Settings, Kind } from "@lead-gateway/config"
import { listen, respond, runService } from "@lead-gateway/runtime"
import { runCommand } from "@lead-gateway/runtime/command"
import { Duration, Effect } from "effect"

const shutdownTimeout = Duration.seconds(5)

const settings = Settings.all({
  logging: loggingSettings,
  process: processSettings,
  port: Settings.withDefault("PORT", Kind.listenPort, "Port", 0),
  stuck: Settings.withDefault("STUCK", Kind.boolean, "Whether to stop never", false),
  bug: Settings.withDefault("BUG", Kind.boolean, "Whether to break", false),
})

const service = runService({
  service: "test",
  load: Settings.load(settings),
  main: Effect.fnUntraced(function* ({ bug, port, stuck }) {
    if (bug) return yield* Effect.die(new Error("a bug"))
    yield* Effect.addFinalizer(() => Effect.andThen(Effect.sleep("300 millis"), Effect.logInfo("tidied up")))
    if (stuck) yield* Effect.addFinalizer(() => Effect.never)
    const address = yield* listen({ host: "127.0.0.1", port, shutdownTimeout }, (_, response) =>
      respond(response, { status: 200, body: {} }),
    )
    yield* Effect.annotateLogs(Effect.logInfo("listening"), { port: address.port })
    return yield* Effect.never
  }),
})

runCommand(service)
