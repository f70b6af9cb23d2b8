import { assert, describe, it } from "@effect/vitest"
import { classify } from "@lead-gateway/retry-policy"
import { answer } from "./support/answer.ts"
import { shipped } from "./support/shipped.ts"

const policies = { default: shipped("default"), tolerant: shipped("tolerant") }

/** What a policy makes of an answer: `give_up lead rejected: duplicate`. */
const judged = (policy: keyof typeof policies, ...given: Parameters<typeof answer>): string => {
  const { fault, health, means, reason } = classify(policies[policy], answer(...given))
  return [means, fault, health, reason && `: ${reason}`].filter(Boolean).join(" ").replace(" :", ":")
}

const json = "application/json; charset=utf-8"

describe("a refusal inside a 2xx", () => {
  it.each<[status: number, body: string, expected: string, source: string]>([
    [
      201,
      '{"outcome":"failure","reason":"duplicate","lead":{"id":"5d8f"},"price":0}',
      "give_up lead rejected: duplicate",
      "LeadConduit: gist activeprospect-support/36d29fe420b3f2685639",
    ],
    [200, '{"status":"rejected"}', "give_up lead rejected", "https://docs.techea.eu/api-reference/errors"],
    [
      200,
      '{"Result" : "Failed", "Response_code" : "400", "Message" : "Required fields missing: [email]"}',
      "give_up lead rejected: Required fields missing: [email]",
      "https://example.leadprosper.tech/clickdealer",
    ],
    [
      200,
      '{"requestId":"e42b#14272d07d78","success":false,"errors":[{"code":"601","message":"Unauthorized"}]}',
      "give_up lead rejected: Unauthorized",
      "https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes",
    ],
    [
      200,
      '{"ok":false,"error":"something_bad"}',
      "give_up lead rejected: something_bad",
      "https://github.com/slackhq/slack-api-docs/blob/master/index_web.md",
    ],
    [
      200,
      '{"success":false,"error":{"message":"Token not found","id":null}}',
      "give_up lead rejected: Token not found",
      "https://github.com/webhooksite/webhook.site/issues/48",
    ],
    [
      200,
      '{"status":"error","message":"no"}',
      "give_up lead rejected: no",
      "https://github.com/RakuenSoftware/aimee/issues/2065",
    ],
    [200, "false", "give_up lead rejected", "https://github.com/Dolibarr/dolibarr/issues/35172"],
    [
      200,
      '{"data":null,"errors":[{"message":"Field \'leadCreate\' is missing"}]}',
      "give_up lead rejected: Field 'leadCreate' is missing",
      "GraphQL; https://github.com/Shopify/shopify-api-js/issues/431",
    ],
    [
      200,
      '{"errors":"[API] Invalid API key or access token"}',
      "give_up lead rejected: [API] Invalid API key or access token",
      "https://github.com/Shopify/shopify-api-js/issues/564",
    ],
    [
      200,
      '{"Fault":{"Error":[{"Message":"Invalid","code":"2010"}],"type":"ValidationFault"}}',
      "give_up lead rejected: Invalid",
      "https://github.com/intuit/QuickBooks-V3-PHP-SDK/issues/413",
    ],
    [200, '{"success":"false"}', "give_up lead rejected", "composed: a boolean as a text"],
    [200, '{"ok":0}', "give_up lead rejected", "composed: a boolean as a number"],
    [200, '{"result":" NOK "}', "give_up lead rejected", "composed"],
    [
      200,
      '\ufeff{"outcome":"FAILURE"}',
      "give_up lead rejected",
      "composed: a byte order mark, and capitals",
    ],
  ])("%i %s is %s (%s)", (status, body, expected, _source) => {
    for (const contentType of [json, "text/html; charset=UTF-8", undefined]) {
      assert.strictEqual(judged("tolerant", status, { body, contentType }), expected)
    }
    // The contract: by the default policy a 2xx is delivered, whatever it says.
    assert.strictEqual(judged("default", status, { body, contentType: json }), "delivered success")
  })

  it("is one under every name that it has, capitalised or not, at the top or in data", () => {
    const refusals = [
      ...["outcome", "status", "result"].map((name) => [name, "Rejected"] as const),
      ...["success", "isSuccess", "ok", "accepted"].map((name) => [name, false] as const),
      ...["error", "errors"].map((name) => [name, "invalid_token"] as const),
      ...["is_success", "SUCCESS", "OK"].map((name) => [name, false] as const),
    ]
    for (const [name, value] of refusals) {
      const capitalised = `${name[0]?.toUpperCase()}${name.slice(1)}`
      for (const key of name.includes("_") ? [name] : [name, capitalised]) {
        for (const answered of [{ [key]: value }, { data: { [key]: value } }]) {
          const body = JSON.stringify(answered)
          const expected = /^errors?$/i.test(name)
            ? "give_up lead rejected: invalid_token"
            : "give_up lead rejected"
          const judgement = judged("tolerant", 200, { body, contentType: json })
          assert.strictEqual(judgement, expected, body)
        }
      }
    }
  })

  it.each([
    '{"Success":false,"Error":"zipcode is not served"}',
    '{"isSuccess":false,"message":"zipcode is not served"}',
    '{"Status":"Rejected","Message":"zipcode is not served"}',
    '{"data":{"status":"rejected","reason":"zipcode is not served"}}',
    '{"data":{"Error":{"Message":"zipcode is not served"}}}',
  ])("has the reason that stands beside it: %s", (body) => {
    assert.strictEqual(judged("tolerant", 200, { body }), "give_up lead rejected: zipcode is not served")
  })

  it.each<[status: number, body: string, source: string]>([
    [200, '{"error":"none","data":{"error":null,"status":"accepted"}}', "composed: errors that are none"],
    [200, '{"Success":true,"data":{"Success":"true","errors":[]}}', "composed: success, capitalised"],
    [
      201,
      '{"outcome":"success","reason":"","lead":{"id":"5d8f"}}',
      "activeprospect/leadconduit-integration-default",
    ],
    [200, '{"success":true}', "https://github.com/gogs/gogs/issues/3169"],
    [200, '{"errors":[],"warnings":["a phone was reformatted"]}', "apisyouwonthate/style-guide#25"],
    [200, '{"errors":{},"id":7}', "composed: an empty object"],
    [200, '{"errors":null,"error":false,"id":7}', "composed"],
    [200, '{"errors":0}', "composed: no errors, counted"],
    [200, "", "https://github.com/vespa-engine/vespa/issues/2189"],
    [204, "", "https://github.com/maxmind/web-service-common-php/pull/28"],
    [202, "Accepted", "composed: no JSON"],
    [200, '{"status":"new"}', "https://docs.techea.eu/api-reference/errors"],
    [200, '{"status":"distributed"}', "https://docs.techea.eu/api-reference/errors"],
    [
      200,
      '{"Result":"Success","LeadId":"9f57","Payout":2.25}',
      "https://example.leadprosper.tech/clickdealer",
    ],
    [200, '{"ok":true,"warning":"something_problematic"}', "slackhq/slack-api-docs index_web.md"],
    [200, '{"status":200,"result":{"id":7}}', "composed: the same names with another meaning"],
    [200, '{"lead":{"status":"rejected"}}', "composed: the status of something else"],
    [200, '{"__proto__":{"success":false}}', "composed: own properties alone"],
    [200, '{"success":false', "composed: no JSON"],
  ])("is not %i %s (%s)", (status, body, _source) => {
    assert.strictEqual(judged("tolerant", status, { body, contentType: json }), "delivered success")
    assert.strictEqual(judged("tolerant", status, { body }), "delivered success")
  })
})

describe("a page for people with a 200", () => {
  const page = "<!DOCTYPE html>\n<html><head><title>Down for maintenance</title></head></html>"

  it.each<[contentType: string, body: string, expected: string, source: string]>([
    ["text/html", page, "retry customer unavailable", "https://github.com/basecamp/kamal/issues/162"],
    [
      "Text/HTML; charset=utf-8",
      page,
      "retry customer unavailable",
      "RFC 9110, section 8.3.1: case and parameters; https://github.com/NodeBB/NodeBB/issues/2292",
    ],
    ["application/xhtml+xml", `<?xml version="1.0"?>${page}`, "retry customer unavailable", "composed"],
    ["text/html", "<HTML lang=de>Wartung", "retry customer unavailable", "composed: HTML 3 capitals"],
    ["text/html", "OK", "delivered success", "composed: PHP's default type around a plain text"],
    ["text/html", '{"id":7}', "delivered success", "composed: PHP's default type around JSON"],
    ["text/html", "", "delivered success", "composed"],
    ["application/json", '{"note":"<html>"}', "delivered success", "composed"],
    ["text/htmlx", page, "delivered success", "composed: another type"],
  ])("of type %s, %s, is %s (%s)", (contentType, body, expected, _source) => {
    assert.strictEqual(judged("tolerant", 200, { body, contentType }), expected)
    assert.strictEqual(judged("tolerant", 200, { body: `${body} …`, contentType, truncated: true }), expected)
    assert.strictEqual(judged("default", 200, { body, contentType }), "delivered success")
  })
})

describe("a status by the shipped policies", () => {
  it.each<[status: number, byDefault: string, tolerant: string, source: string]>([
    [408, "give_up customer rejected", "retry customer rejected", "RFC 9110, section 15.5.9"],
    [
      421,
      "give_up customer rejected",
      "retry customer rejected",
      "RFC 9110, section 15.5.20; quicwg/base-drafts#4934",
    ],
    [
      423,
      "give_up customer rejected",
      "retry customer rejected",
      "RFC 4918, section 11.3; tus/tus-js-client#196",
    ],
    [
      425,
      "give_up customer rejected",
      "retry customer rejected",
      "RFC 8470, section 5.2; apache/httpcomponents-client#708",
    ],
    [
      413,
      "give_up lead rejected",
      "give_up lead rejected",
      "RFC 9110, section 15.5.14; sindresorhus/got#508",
    ],
    [401, "give_up customer unavailable", "retry customer unavailable", "the contract, Delivery"],
    [403, "give_up customer unavailable", "retry customer unavailable", "the contract, Delivery"],
    [404, "give_up customer unavailable", "retry customer unavailable", "the contract, Delivery"],
    [410, "give_up customer unavailable", "retry customer unavailable", "the contract, Delivery"],
    [301, "give_up customer unavailable", "give_up customer unavailable", "the contract, Delivery"],
    [429, "retry customer rejected", "retry customer rejected", "RFC 6585, section 4"],
    [499, "give_up customer rejected", "give_up customer rejected", "cloudflare/cloudflare-docs#28240"],
    [500, "retry customer unavailable", "retry customer unavailable", "e2b-dev/E2B#1430"],
    [520, "retry customer unavailable", "retry customer unavailable", "sindresorhus/got#991"],
    [530, "retry customer unavailable", "retry customer unavailable", "sindresorhus/got#991"],
    [600, "retry customer unavailable", "retry customer unavailable", "RFC 9110, section 15: as a 5xx"],
    [999, "retry customer unavailable", "retry customer unavailable", "gjtorikian/html-proofer#215"],
    [101, "retry customer unavailable", "retry customer unavailable", "RFC 9110, section 15.2.2"],
    [103, "retry customer unavailable", "retry customer unavailable", "RFC 9110, section 15.2"],
    [99, "retry customer unavailable", "retry customer unavailable", "RFC 9110, section 15"],
    [0, "retry customer unavailable", "retry customer unavailable", "RFC 9110, section 15"],
  ])("%i is %s, %s where tolerant (%s)", (status, byDefault, tolerant, _source) => {
    assert.strictEqual(judged("default", status), byDefault)
    assert.strictEqual(judged("tolerant", status), tolerant)
  })

  it.each<[retryAfter: string, expected: string, source: string]>([
    ["3600", "retry customer rejected", "sindresorhus/got#508"],
    ["Wed, 21 Oct 2026 07:28:00 GMT", "retry customer rejected", "RFC 9110, section 10.2.3"],
    ["8.0", "retry customer rejected", "Shopify; wojtekmach/req#507"],
    [
      "soon",
      "give_up lead rejected",
      "marmot-protocol/mdk#1763 reads any header so, we only what can be read",
    ],
    ["", "give_up lead rejected", "composed"],
  ])("413 with Retry-After %s is %s where tolerant (%s)", (retryAfter, expected, _source) => {
    assert.strictEqual(judged("tolerant", 413, { retryAfter }), expected)
    assert.strictEqual(judged("default", 413, { retryAfter }), "give_up lead rejected")
  })

  it("has the customer's own reason where a lead is refused", () => {
    for (const status of [400, 409, 413, 422]) {
      const body = '{"message":"zipcode is not served"}'
      assert.strictEqual(judged("tolerant", status, { body }), "give_up lead rejected: zipcode is not served")
    }
    assert.strictEqual(
      judged("tolerant", 401, { body: '{"error":"invalid_token"}' }),
      "retry customer unavailable: invalid_token",
    )
    for (const status of [408, 413, 421, 423, 425]) {
      const answered = { body: '{"message":"come back later"}', retryAfter: "5" }
      assert.strictEqual(judged("tolerant", status, answered), "retry customer rejected: come back later")
    }
  })
})

describe("a 409", () => {
  it.each<[before: "unseen" | undefined, expected: string, source: string]>([
    ["unseen", "retry customer rejected", "draft-ietf-httpapi-idempotency-key-header, section 2.7"],
    ["unseen", "retry customer rejected", "https://github.com/KeeperHub/keeperhub/pull/1922"],
    ["unseen", "retry customer rejected", "https://github.com/MicrosoftDocs/architecture-center/issues/4274"],
    ["unseen", "retry customer rejected", "https://github.com/idempot-dev/idempot-js/issues/185"],
    [undefined, "give_up lead rejected", "the contract, Delivery; a duplicate by the CRM's own rules"],
  ])("after %s is %s (%s)", (before, expected, _source) => {
    for (const policy of Object.values(policies)) {
      const { fault, health, means } = classify(policy, answer(409), before)
      assert.strictEqual(`${means} ${fault} ${health}`, expected)
      // A different key or payload is final whatever went before (the same draft, section 2.7).
      assert.strictEqual(classify(policy, answer(422), before).means, "give_up")
    }
  })
})
