import { HttpApi, OpenApi } from "effect/http-api"
import { IntakeGroup } from "./Intake.ts"
import { refineDocument } from "./internal/refineDocument.ts"
import { OperationsGroup } from "./Operations.ts"
import { StatsGroup } from "./Stats.ts"

/** What operators use: statistics and health. Servers implement its two groups with `HttpApiBuilder`. */
export class OperatorApi extends HttpApi.make("lead-gateway-operator").add(StatsGroup).add(OperationsGroup) {}

/** Everything over HTTP, for documents and typed clients. Intake itself is served by a leaner handler. */
export class LeadGatewayApi extends HttpApi.make("lead-gateway")
  .add(IntakeGroup)
  .add(StatsGroup)
  .add(OperationsGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "Lead Gateway",
      version: "1.0.0",
      description: [
        "Collects sales enquiries, checks them, brings them into the customer's format and delivers them.",
        "",
        "Every answer carries `X-Correlation-ID`, and every error has the body",
        '`{ "error": "<short text>", "correlation_id": "<id>" }`. Times are UTC.',
      ].join("\n"),
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      transform: (spec) => refineDocument(spec as OpenApi.OpenAPISpec),
    }),
  ) {}

/** The OpenAPI 3.1 document of {@link LeadGatewayApi}: what `GET /openapi.json` answers. */
export const openApi: OpenApi.OpenAPISpec = OpenApi.fromApi(LeadGatewayApi)
