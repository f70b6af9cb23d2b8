/** `lead-gateway demo-customer`. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"

const flags = {
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen on"),
    Flag.withDefault("127.0.0.1"),
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen on; 0 for any free one"),
    Flag.filter(
      (port) => port >= 0 && port <= 65_535,
      () => "a port is a whole number from 0 to 65535",
    ),
    Flag.withDefault(8090),
  ),
}

/** The name of the command. It runs until it is stopped, and is no {@link Server}: `doctor` has nothing to check. */
export const demoCustomerName = "demo-customer"

/** Runs a customer for trials: every lead is accepted, nothing is kept. */
export const demoCustomer = Command.make(demoCustomerName, flags, ({ host, port }) =>
  Effect.gen(function* () {
    const { loggingSettings, loadSettings, processSettings, Settings, traceSettings } = yield* Effect.promise(
      () => import("@lead-gateway/config"),
    )
    const { runService } = yield* Effect.promise(() => import("@lead-gateway/runtime"))
    const { startDemoCustomer } = yield* Effect.promise(() => import("../gateway/DemoCustomer.ts"))
    return yield* runService({
      service: "demo-customer",
      load: loadSettings(
        Settings.all({ logging: loggingSettings, traces: traceSettings, process: processSettings }),
      ),
      main: () =>
        Effect.gen(function* () {
          const url = yield* startDemoCustomer({ host, port })
          yield* Effect.annotateLogs(Effect.logInfo("demo customer is ready"), { url: url.href })
          return yield* Effect.never
        }),
    })
  }),
).pipe(
  Command.withDescription(
    "Run a customer for trials: its API accepts every lead, and logs ids and the names of fields, never a value. Workers deliver to it by CUSTOMER_API_URL; `lead-gateway start` has one of its own",
  ),
  Command.withShortDescription("Run a customer that accepts every lead"),
  Command.withExamples([
    {
      command: "lead-gateway demo-customer --port 8090",
      description: "Then run a worker with CUSTOMER_API_URL=http://127.0.0.1:8090/leads",
    },
  ]),
)
