/** The API as a whole: its groups and the list of its routes. */
import { Context } from "effect"
import type { HttpMethod } from "effect/http"
import { HttpApi, type HttpApiGroup, OpenApi } from "effect/http-api"
import { AuditGroup } from "./AuditLog.ts"
import { CustomersGroup } from "./CustomerStates.ts"
import { FlowGroup } from "./FlowInForce.ts"
import { IntakeGroup } from "./Intake.ts"
import { LeadsGroup } from "./Leads.ts"
import { MeGroup } from "./Me.ts"
import { refineDocument } from "./internal/refineDocument.ts"
import { OperationsGroup } from "./Operations.ts"
import { OverviewGroup } from "./Overview.ts"
import { PreviewGroup } from "./Preview.ts"
import { ProcessesGroup } from "./Processes.ts"
import { ReplaysGroup } from "./Replays.ts"
import { StatsGroup } from "./Stats.ts"
import { TestLeadsGroup } from "./TestLeads.ts"
import { TimelineGroup } from "./Timeline.ts"
import { TokensGroup } from "./Tokens.ts"
import { UnmappedGroup } from "./Unmapped.ts"

/** The operators' part. Servers implement its groups with `HttpApiBuilder`. */
export class OperatorApi extends HttpApi.make("lead-gateway-operator")
  .add(StatsGroup)
  .add(LeadsGroup)
  .add(OverviewGroup)
  .add(TimelineGroup)
  .add(ReplaysGroup)
  .add(PreviewGroup)
  .add(TestLeadsGroup)
  .add(FlowGroup)
  .add(UnmappedGroup)
  .add(CustomersGroup)
  .add(ProcessesGroup)
  .add(MeGroup)
  .add(TokensGroup)
  .add(AuditGroup)
  .add(OperationsGroup) {}

/** The whole API, for documents and typed clients. The api app serves intake with a plain handler, for speed. */
export class LeadGatewayApi extends HttpApi.make("lead-gateway")
  .add(IntakeGroup)
  .addHttpApi(OperatorApi)
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

type Endpoints<Api> =
  Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? HttpApiGroup.Endpoints<Groups> : never

type NameOf<Endpoint> = Endpoint extends { readonly method: infer Method; readonly path: infer Path }
  ? `${Method & string} ${Path & string}`
  : never

type GroupName = GroupOf<typeof LeadGatewayApi>

type GroupOf<Api> =
  Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? HttpApiGroup.Identifier<Groups> : never

/** A method and a path: `GET /stats/leads/:id/history`. */
export type RouteName = NameOf<Endpoints<typeof LeadGatewayApi>>

/** A route of the contract. */
export interface Route {
  readonly name: RouteName
  readonly method: HttpMethod.HttpMethod
  /** With its parameters as `:id`. */
  readonly path: `/${string}`
  /** Which handlers implement it. */
  readonly group: GroupName
  /** Its purpose, as in the OpenAPI document. */
  readonly summary: string
}

/** The routes of {@link LeadGatewayApi}, in its order: for dispatchers, documents and tests, which must cover them all. */
export const routes: ReadonlyArray<Route> = (() => {
  const all: Array<Route> = []
  HttpApi.reflect(LeadGatewayApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { annotations, method, path }, group }) => {
      all.push({
        name: `${method} ${path}` as RouteName,
        method,
        path: path as Route["path"],
        group: group.identifier as GroupName,
        summary: Context.getOrUndefined(annotations, OpenApi.Summary) ?? "",
      })
    },
  })
  return all
})()
