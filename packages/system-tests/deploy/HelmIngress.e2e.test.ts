import { assert, describe, it } from "@effect/vitest"
import { routes } from "@lead-gateway/api-contract"
import { read } from "../repository/repository.ts"
import { objectsOf, specs } from "./support/chartShapes.ts"
import { valueSets } from "./support/chartValues.ts"
import { render } from "./support/helm.ts"

const everything = await render(valueSets["all options, workers scaled by due leads from Prometheus"])

const ingressesOf = (objects: typeof everything) => objectsOf(objects, specs.ingress)
type Ingress = ReturnType<typeof ingressesOf>[number]

const pathsOf = ({ spec }: Ingress) => spec.rules.flatMap(({ http }) => http.paths)

/** The ingress of senders, and that of the console. */
const [senders, ofConsole] = ingressesOf(everything)
assert.isDefined(senders)
assert.isDefined(ofConsole)

describe("the ingress", () => {
  it("leads to a service and a port that exist", () => {
    const services = objectsOf(everything, specs.service)
    const backends = [senders, ofConsole].flatMap(pathsOf).map(({ backend }) => backend.service)
    assert.isNotEmpty(backends)
    for (const { name, port } of backends) {
      const service = services.find((one) => one.name === name)
      assert.include(service?.spec.ports.map((one) => one.name) ?? [], port.name)
    }
  })

  it("opens paths to the outside that are routes, and neither metrics nor the console", () => {
    const paths = pathsOf(senders).map(({ path }) => path)
    const served = [...routes.map(({ path }) => path as string), "/openapi.json", "/docs"]
    for (const path of paths)
      assert.isTrue(
        served.some((route) => route === path || route.startsWith(`${path}/`)),
        path,
      )
    for (const closed of ["/metrics", "/console"])
      assert.isFalse(paths.some((path) => closed.startsWith(path)))
  })

  it("of the console is there only where it is opened", async () => {
    for (const ingress of [
      { enabled: true },
      { enabled: false, console: { enabled: true } },
      { enabled: true, console: { annotations: { a: "b" } } },
    ]) {
      const paths = ingressesOf(await render({ ingress })).flatMap(pathsOf)
      assert.isFalse(paths.some(({ path }) => path === "/" || path.startsWith("/console")))
      assert.strictEqual(paths.length > 0, ingress.enabled)
    }
  })

  it("of the console has its paths and no others, and annotations that bind nothing else", () => {
    const ofApi = read("apps/api/src/console/paths.ts")
    const named = [...ofApi.matchAll(/^ {2}\w+: "([^"]+)",$/gm)].map(([, path = ""]) => path)
    assert.includeMembers(named, ["/", "/console"])
    const opened = pathsOf(ofConsole).map(({ path, pathType }) => [pathType, path])
    assert.deepStrictEqual(opened, [
      ["Exact", "/"],
      ["Prefix", "/console"],
    ])
    for (const path of named) assert.isTrue(path === "/" || `${path}/`.startsWith("/console/"), path)
    const prefix = "nginx.ingress.kubernetes.io"
    assert.deepStrictEqual(Object.keys(senders.annotations ?? {}), [`${prefix}/proxy-body-size`])
    assert.deepStrictEqual(ofConsole.annotations, {
      [`${prefix}/whitelist-source-range`]: "192.0.2.0/24",
      [`${prefix}/proxy-body-size`]: "1m",
    })
    for (const { host } of ofConsole.spec.rules) assert.strictEqual(host, senders.spec.rules[0]?.host)
  })
})
