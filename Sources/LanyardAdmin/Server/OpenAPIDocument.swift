// swift-format-ignore-file
// Written by scripts/embed-openapi from openapi.yaml; do not edit.

/// The contract, as `/openapi.yaml` serves it.
enum OpenAPIDocument {
    static let text = ###"""
# The HTTP contract of Lanyard. The server serves this file at /openapi.yaml, and tests hold the two against each other.
openapi: 3.1.0

info:
  title: Lanyard
  version: 0.1.0
  summary: 'API keys: issued, verified, limited, metered, rotated, revoked.'
  description: |
    Lanyard issues, verifies, limits, meters, rotates and revokes API keys. It has two listeners:

    - **data** (`:8080`): what callers and proxies reach: verify, forward-auth, and what a key may do for
      itself.
    - **admin** (`127.0.0.1:8081`): management, explanation, usage, audit, metrics.

    A guide with examples is in `docs/api.md`.

    **Keys and scopes.** A caller sends its key as `Authorization: Bearer` or `X-API-Key`. Management and
    verify take keys of the built-in project `lanyard`; `x-lanyard-scope` names the scope that an operation
    needs. A scope may be bound to one project, `lanyard:keys:write@payments`; without `@` it holds for all.
    Accounts, plans, roles, audit and nodes belong to no project and need it without a bound. Where the
    bound does not cover what is asked for, the answer is 403 `insufficient_scope`, and `missing_scope`
    names the scope. Keys of project `lanyard` need `lanyard:admin` as well.

    **Bodies** are JSON in snake_case, UTF-8, at most 1 MiB (64 KiB where a key asks about itself, and to
    finish). Fields and query parameters that are unknown or
    doubled are refused by name. In answers, ignore fields that you do not know. Times are RFC 3339,
    durations `"90s"`, `"24h"`, `"90d"`, money is a string of dollars. A field that names a project, plan or
    policy takes its id or its name; one that names an account takes its id or its exact `external_id`; what
    does not exist is `invalid_request`.

    **Limits of the caller.** Where the key that a request presents has limits, an answer of the admin
    listener may carry `RateLimit-Policy` and `RateLimit`, whatever its status.

    **Lists** are pages of `limit` entries: `{"data":[…],"next_cursor":"…"}`, newest first.

    **Errors** are RFC 9457 problems with a stable `code`. A denial is the same thing wherever it happens;
    the order in which a decision checks is listed at `POST /v1/explain`. On both listeners a path that does
    not exist is 404 `not_found`, and a method that a path does not know is 405 `method_not_allowed` with
    `Allow` (`x-lanyard-allow` of each path; `HEAD` is answered wherever `GET` is). A malfunction is 503
    `unavailable`; there is no 500. What is not a proper HTTP request, or has a head of more than 32 KiB or
    100 fields, is answered 400, 414, 417 or 431 and the connection closed; a request whose head takes longer
    than 10 s or whose body takes longer than 30 s to arrive (`--header-timeout`, `--body-timeout`; an
    import's body may take any time) is answered 408 `request_timeout` and the connection closed. 402 is
    `budget_exceeded` alone: client libraries retry a 429 by themselves.

    **Quotas** of keys, accounts and plans (`quotas` in requests and in those objects) say how much an hour, day,
    week, month or lifetime may hold. How they stand is `quotas` beside a key or account, and in decisions.
    Periods are UTC; months begin on the account's billing day, weeks on Monday.
  license: {name: Apache-2.0, identifier: Apache-2.0}

servers:
  - {url: 'http://127.0.0.1:8080', description: The data listener.}
  - {url: 'http://127.0.0.1:8081', description: The admin listener.}

tags:
  - {name: data, description: 'The data listener, `:8080` by default.'}
  - {name: admin, description: 'The admin listener, `127.0.0.1:8081` by default.'}

security:
  - {bearer: []}
  - {apiKey: []}

paths:

  /v1/verify:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: POST

    post:
      operationId: verify
      tags: [data]
      summary: Check one secret
      description: |
        Asks whether a secret may do something, and charges its limits if so. Every decision is 200: look at
        `valid` and `code`. The other statuses concern the *caller's own* key, which needs `lanyard:verify`.
        With `lanyard:verify@payments` only keys of that project are found valid; others are `wrong_project`.

        A key with an in-flight bound is held open: end it with `POST /v1/finish` when the call is over, or it
        ends by itself after 10 minutes (or what the server's `call_timeout` says).

        ```sh
        curl http://127.0.0.1:8080/v1/verify -H "Authorization: Bearer $LANYARD_ADMIN_KEY" -H 'Content-Type: application/json' \
          -d '{"secret":"lyd_live_…","scope":"invoices:read"}'
        ```
      x-lanyard-scope: lanyard:verify
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/VerifyRequest'}}
      responses:
        '200':
          description: The decision.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/VerifyAnswer'}
              examples:
                granted:
                  value:
                    valid: true
                    code: ok
                    key:
                      id: key_06Fq2mXv9TbLw3ZrYc81Ke
                      name: billing cron
                      project: {id: proj_06Fq2kWc5NhMx8BtQz92Lp, name: payments}
                      account: {id: acct_06Fq2l3J7rFvDy4SgXk6Wb, external_id: cus_481, name: Acme Ltd}
                      environment: live
                      scopes: ['invoices:read']
                      expires_at: '2026-05-30T09:30:00.000Z'
                      metadata: {team: billing}
                    grant_id: grant_06Fq2nT6bXcVm9LsDw4Guz
                    limits:
                      - name: burst
                        unit: requests
                        amount: 10
                        window: 1s
                        remaining: 9
                        reset_ms: 1000
                        subject: key
                    quotas:
                      - name: monthly
                        unit: requests
                        amount: 10000
                        used: 3100
                        remaining: 6900
                        period: month
                        resets_at: '2026-04-01T00:00:00.000Z'
                        subject: plan
                denied:
                  value:
                    valid: false
                    code: rate_limited
                    key:
                      id: key_06Fq2mXv9TbLw3ZrYc81Ke
                      name: billing cron
                      project: {id: proj_06Fq2kWc5NhMx8BtQz92Lp, name: payments}
                      account: {id: acct_06Fq2l3J7rFvDy4SgXk6Wb, external_id: cus_481, name: Acme Ltd}
                      environment: live
                      scopes: ['invoices:read']
                      expires_at: '2026-05-30T09:30:00.000Z'
                      metadata: {team: billing}
                    grant_id: null
                    limits:
                      - name: burst
                        unit: requests
                        amount: 10
                        window: 1s
                        remaining: 0
                        reset_ms: 412
                        subject: key
                    quotas: []
                    problem:
                      type: urn:lanyard:problem:rate_limited
                      title: Rate limited
                      status: 429
                      detail: The limit "burst" of this key admits 10 requests in any 1s.
                      code: rate_limited
                      retry_after_ms: 412
                      violated: {name: burst, unit: requests, amount: 10, window: 1s, subject: key}
                      fix: Wait 412 ms, or ask for a higher limit.
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/verify/batch:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: POST

    post:
      operationId: verifyBatch
      tags: [data]
      summary: Check up to 100 secrets
      description: >-
        Checks each in its order, as `POST /v1/verify` does; one denial does not stop the rest. Each check that
        grants is charged, so the second of two equal checks may be denied by what the first has spent.
      x-lanyard-scope: lanyard:verify
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/VerifyBatchRequest'}}
      responses:
        '200':
          description: One decision for each check.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/VerifyBatchAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/finish:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: POST

    post:
      operationId: finish
      tags: [data]
      summary: End a call that is held open
      description: >-
        Gives the in-flight place of a grant back, whichever of the servers that share the store has granted it. Safe to
        repeat: a grant that has ended already, by time too, is answered the same. An id that is unknown, or whose grant
        ended longer ago than `call_timeout` (10 minutes), or on a server that has ended since, is `not_found`.
      x-lanyard-scope: lanyard:verify
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/FinishRequest'}}
      responses:
        '200':
          description: It has ended, now or before.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/FinishAnswer'}
              examples:
                finished: {value: {finished: true}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/authorize:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: every method

    get:
      operationId: authorizeGet
      tags: [data]
      summary: Forward-auth (GET)
      description: |
        Forward-auth: a proxy asks, before it passes a request on, whether the request's key may pass. Answers
        with an empty 200 and headers that tell who it is, or with the denial. Every method is answered alike; a
        body is skipped. The key is judged, not the proxy: no `lanyard:` scope is needed, and keys of project
        `lanyard` are refused.

        Without a policy: dialect `none`. Statuses are unchanged, the client's address is the connection's,
        forwarded headers are not read, no scope is asked for, one request is charged, and every environment and
        every project but `lanyard` passes. A key restricted by method or path is judged by this very request.

        ```sh
        curl -i http://127.0.0.1:8080/v1/authorize -H "X-API-Key: $KEY"
        ```
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    head:
      operationId: authorizeHead
      tags: [data]
      summary: Forward-auth (HEAD)
      description: As `authorizeGet`, for requests that the proxy sends with HEAD.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: authorizePost
      tags: [data]
      summary: Forward-auth (POST)
      description: As `authorizeGet`, for requests that the proxy sends with POST.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    put:
      operationId: authorizePut
      tags: [data]
      summary: Forward-auth (PUT)
      description: As `authorizeGet`, for requests that the proxy sends with PUT.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: authorizePatch
      tags: [data]
      summary: Forward-auth (PATCH)
      description: As `authorizeGet`, for requests that the proxy sends with PATCH.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: authorizeDelete
      tags: [data]
      summary: Forward-auth (DELETE)
      description: As `authorizeGet`, for requests that the proxy sends with DELETE.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    options:
      operationId: authorizeOptions
      tags: [data]
      summary: Forward-auth (OPTIONS)
      description: As `authorizeGet`, for requests that the proxy sends with OPTIONS.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    trace:
      operationId: authorizeTrace
      tags: [data]
      summary: Forward-auth (TRACE)
      description: As `authorizeGet`, for requests that the proxy sends with TRACE.
      x-lanyard-scope: null
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/authorize/p/{policy}:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: every method

    get:
      operationId: authorizeByPolicyGet
      tags: [data]
      summary: Forward-auth (GET)
      description: |
        Forward-auth: a proxy asks, before it passes a request on, whether the request's key may pass. Answers
        with an empty 200 and headers that tell who it is, or with the denial. Every method is answered alike; a
        body is skipped. The key is judged, not the proxy: no `lanyard:` scope is needed, and keys of project
        `lanyard` are refused.

        What is demanded (scope, costs, project, environment, where the key is read from, methods, paths) comes
        from the named policy; the query and anything after the policy's name are only data. The policy's
        `dialect` says which headers tell the original request, believed only from trusted proxies
        (`--trusted-proxy`):

        | dialect | method | URI | address |
        |---|---|---|---|
        | `none` | the request's own | the request's own | the connection's |
        | `nginx`, `haproxy` | `X-Original-Method` | `X-Original-URI` | `X-Real-IP` |
        | `caddy`, `traefik` | `X-Forwarded-Method` | `X-Forwarded-Uri` | `X-Forwarded-For`, rightmost untrusted |
        | `envoy` | the request's own | the suffix with its query | `X-Forwarded-For`, rightmost untrusted |

        With `nginx` each denial but a 401 is answered 403 with `Lanyard-Status` and `Retry-After`. A key with
        an in-flight bound is denied (`too_many_in_flight`), because a proxy cannot say when the call is over.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    head:
      operationId: authorizeByPolicyHead
      tags: [data]
      summary: Forward-auth (HEAD)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with HEAD.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: authorizeByPolicyPost
      tags: [data]
      summary: Forward-auth (POST)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with POST.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    put:
      operationId: authorizeByPolicyPut
      tags: [data]
      summary: Forward-auth (PUT)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with PUT.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: authorizeByPolicyPatch
      tags: [data]
      summary: Forward-auth (PATCH)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with PATCH.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: authorizeByPolicyDelete
      tags: [data]
      summary: Forward-auth (DELETE)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with DELETE.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    options:
      operationId: authorizeByPolicyOptions
      tags: [data]
      summary: Forward-auth (OPTIONS)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with OPTIONS.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    trace:
      operationId: authorizeByPolicyTrace
      tags: [data]
      summary: Forward-auth (TRACE)
      description: As `authorizeByPolicyGet`, for requests that the proxy sends with TRACE.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/authorize/p/{policy}/{suffix}:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: every method

    get:
      operationId: authorizeByPolicySuffixGet
      tags: [data]
      summary: Forward-auth (GET)
      description: >-
        As `authorizeByPolicyGet`. Envoy appends the original path and query to its `path_prefix`, so `suffix` may
        hold any number of slashes.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    head:
      operationId: authorizeByPolicySuffixHead
      tags: [data]
      summary: Forward-auth (HEAD)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with HEAD.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: authorizeByPolicySuffixPost
      tags: [data]
      summary: Forward-auth (POST)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with POST.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    put:
      operationId: authorizeByPolicySuffixPut
      tags: [data]
      summary: Forward-auth (PUT)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with PUT.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: authorizeByPolicySuffixPatch
      tags: [data]
      summary: Forward-auth (PATCH)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with PATCH.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: authorizeByPolicySuffixDelete
      tags: [data]
      summary: Forward-auth (DELETE)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with DELETE.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    options:
      operationId: authorizeByPolicySuffixOptions
      tags: [data]
      summary: Forward-auth (OPTIONS)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with OPTIONS.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    trace:
      operationId: authorizeByPolicySuffixTrace
      tags: [data]
      summary: Forward-auth (TRACE)
      description: As `authorizeByPolicySuffixGet`, for requests that the proxy sends with TRACE.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/PolicyName'}
        - {$ref: '#/components/parameters/Suffix'}
      responses:
        '200': {$ref: '#/components/responses/AuthorizeGranted'}
        '400': {$ref: '#/components/responses/AuthorizeBadRequest'}
        '401': {$ref: '#/components/responses/AuthorizeUnauthorized'}
        '403': {$ref: '#/components/responses/AuthorizeForbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/self:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getSelf
      tags: [data]
      summary: Who am I?
      description: |
        Shows the key whose secret is presented, and what remains of its limits. Charges nothing and needs no
        scope.

        ```sh
        curl http://127.0.0.1:8080/v1/self -H "X-API-Key: $KEY"
        ```
      x-lanyard-scope: null
      responses:
        '200':
          description: The key.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
            RateLimit-Policy: {$ref: '#/components/headers/RateLimitPolicy'}
            RateLimit: {$ref: '#/components/headers/RateLimit'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/SelfAnswer'}}
        '400': {$ref: '#/components/responses/AmbiguousKey'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/SelfForbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/self/rotate:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: POST

    post:
      operationId: rotateSelf
      tags: [data]
      summary: Give me a new secret
      description: >-
        Adds a new secret to the key whose secret is presented; the presented one works on until its grace is over.
        Only for keys with `allow_self_rotate`. Needs no scope. Charges one request to the key's own limits.
      x-lanyard-scope: null
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/RotateRequest'}}
      responses:
        '201':
          description: The new secret, shown this once.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
            Cache-Control: {$ref: '#/components/headers/NoStore'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/SelfRotated'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/SelfForbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/self/revoke:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
    x-lanyard-allow: POST

    post:
      operationId: revokeSelf
      tags: [data]
      summary: Revoke me
      description: |
        Revokes the key whose secret is presented, with all its secrets. Always allowed, whatever restricts the
        key: also when it is disabled, suspended, expired or asked from a foreign address. Repeating it is 401
        `revoked_key`.

        ```sh
        curl -X POST http://127.0.0.1:8080/v1/self/revoke -H "X-API-Key: $KEY"
        ```
      x-lanyard-scope: null
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/ReasonRequest'}}
      responses:
        '200':
          description: Revoked.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/SelfApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /healthz:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getHealth
      tags: [data, admin]
      summary: Is the process alive?
      description: 200 as long as the process serves. On both listeners; no key needed.
      x-lanyard-scope: null
      security: []
      responses:
        '200':
          description: Alive.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Health'}
              examples:
                ok: {value: {status: ok}}

  /readyz:
    servers:
      - {url: 'http://127.0.0.1:8080', description: The data listener.}
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getReadiness
      tags: [data, admin]
      summary: Can it decide?
      description: >-
        200 when this node is current and its store answers; 503 while starting, stopping or cut off. On both listeners;
        no key needed.
      x-lanyard-scope: null
      security: []
      responses:
        '200':
          description: Ready.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Health'}
              examples:
                ready: {value: {status: ready}}
        '503': {$ref: '#/components/responses/Unavailable'}

  /metrics:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getMetrics
      tags: [admin]
      summary: Metrics
      description: Prometheus text. It names no keys, accounts or secrets; no key needed.
      x-lanyard-scope: null
      security: []
      responses:
        '200':
          description: Metrics.
          content:
            text/plain: {schema: {type: string}}

  /openapi.yaml:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getOpenAPI
      tags: [admin]
      summary: This document
      description: The contract of the version that serves it; no key needed.
      x-lanyard-scope: null
      security: []
      responses:
        '200':
          description: This document.
          content:
            application/yaml: {schema: {type: object}}

  /v1/keys:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listKeys
      tags: [admin]
      summary: List keys
      description: |
        Newest first. A caller whose scope is bound to a project sees that project's keys. Keys of project
        `lanyard` are listed for callers with `lanyard:admin`.

        ```sh
        curl "http://127.0.0.1:8081/v1/keys?project=payments&status=active" -H "Authorization: Bearer $LANYARD_ADMIN_KEY"
        ```
      x-lanyard-scope: lanyard:keys:read
      parameters:
        - {$ref: '#/components/parameters/FilterProject'}
        - {$ref: '#/components/parameters/FilterAccount'}
        - {$ref: '#/components/parameters/FilterEnvironment'}
        - {$ref: '#/components/parameters/FilterStatus'}
        - {$ref: '#/components/parameters/FilterName'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page of keys.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createKey
      tags: [admin]
      summary: Create a key
      description: |
        Creates a key and shows its secret, this once. Only `name` is needed: the project is then `default`, the
        environment `live`, and there are no scopes and no limits. Within a project, `lanyard:keys:write` for it
        may grant every scope but those of `lanyard:`, which only a key that holds them can grant. Keys of
        project `lanyard` need `lanyard:admin`.

        ```sh
        curl http://127.0.0.1:8081/v1/keys -H "Authorization: Bearer $LANYARD_ADMIN_KEY" -H 'Content-Type: application/json' \
          -d '{"name":"billing cron","scopes":["invoices:read"],"limits":[{"name":"burst","amount":10,"window":"1s"}]}'
        ```
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/KeyCreate'}}
      responses:
        '201':
          description: The key and its secret.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
            Cache-Control: {$ref: '#/components/headers/NoStore'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyCreated'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/import:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: importKeys
      tags: [admin]
      summary: Import keys by digest
      description: |
        Takes keys of another system over by the SHA-256 of their text, one JSON object a line
        (`KeyImportLine`), any number of lines, each at most 64 KiB. Both directions are streamed: read the
        answer while sending. Each line is answered by a line (`KeyImportResult`): `{"line":1,"id":"key_…"}` or
        `{"line":2,"problem":{…}}`; the last is `{"summary":{"imported":n,"refused":n}}`. Empty lines are
        skipped but counted. A digest that exists is refused `digest_exists`, with the `id` of its key where the
        caller may read or write it, so that an import that was cut short can simply be sent again.

        Lines are taken in batches of at most 1,000 lines and 1 MiB. Where a batch can't be taken, because the
        store fails or the caller's own key was revoked meanwhile, the last line is
        `{"resume_from_line":n,"problem":{…}}` in place of the summary: send the lines from there on again.

        ```sh
        curl -T keys.ndjson -X POST http://127.0.0.1:8081/v1/keys/import -H "Authorization: Bearer $LANYARD_ADMIN_KEY" \
          -H 'Content-Type: application/x-ndjson'
        ```
      x-lanyard-scope: lanyard:keys:write
      requestBody:
        required: true
        content:
          application/x-ndjson:
            schema: {type: string, description: '`KeyImportLine`s, separated by newlines.'}
            x-lanyard-line: '#/components/schemas/KeyImportLine'
            examples:
              two_keys:
                value: |
                  {"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","name":"legacy 1","scopes":["invoices:read"]}
                  {"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","name":"legacy 1 again"}
      responses:
        '200':
          description: One line for each line, then the summary.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/x-ndjson:
              schema: {type: string, description: '`KeyImportResult`s, separated by newlines.'}
              x-lanyard-line: '#/components/schemas/KeyImportResult'
              examples:
                one_refused:
                  value: |
                    {"line":1,"id":"key_06Fq2mXv9TbLw3ZrYc81Ke"}
                    {"line":2,"problem":{"type":"urn:lanyard:problem:digest_exists","title":"Digest exists","status":409,"detail":"A key with this digest exists.","code":"digest_exists","id":"key_06Fq2mXv9TbLw3ZrYc81Ke"}}
                    {"summary":{"imported":1,"refused":1}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/lookup:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: lookupKey
      tags: [admin]
      summary: Whose secret is this?
      description: >-
        Finds the key of a secret or of its digest, for instance one found in a log or a repository. Nothing is
        charged, and the secret is not logged. What belongs to no key is `not_found`.
      x-lanyard-scope: lanyard:keys:read
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/LookupRequest'}}
      responses:
        '200':
          description: The key.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getKey
      tags: [admin]
      summary: Get one key
      description: Shows one key, and how all quotas stand that hold it back.
      x-lanyard-scope: lanyard:keys:read
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      responses:
        '200':
          description: The key.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyStanding'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updateKey
      tags: [admin]
      summary: Change a key
      description: >-
        Changes what may be changed; what is absent stays. The answer comes once every live node has applied the
        change, or names those that have not. A revoked key cannot be changed (`conflict`). What the changed key
        grants is bound by the same rule as for `POST /v1/keys`.
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/KeyPatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deleteKey
      tags: [admin]
      summary: Delete a key
      description: >-
        Deletes a revoked key's record; a key that is not revoked is a `conflict`. Its usage and its audit entries
        stay.
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}/rotate:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: rotateKey
      tags: [admin]
      summary: Give a key a new secret
      description: |
        Adds a new secret and shows it, this once. The older one works on until its grace is over (`24h` unless
        said otherwise, at most `30d`); `0s` ends it at once. Both draw on the same allowances. An imported key
        gets a native secret. A revoked key is a `conflict`.

        ```sh
        curl -X POST http://127.0.0.1:8081/v1/keys/$ID/rotate -H "Authorization: Bearer $LANYARD_ADMIN_KEY" \
          -H 'Content-Type: application/json' -d '{"grace":"1h"}'
        ```
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/RotateRequest'}}
      responses:
        '201':
          description: The new secret, and where the change holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
            Cache-Control: {$ref: '#/components/headers/NoStore'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyRotated'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}/credits:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: creditKey
      tags: [admin]
      summary: Add to a key's lifetime quota
      description: |
        Adds to a lifetime quota of the key, or of its plan, which is counted for each key. A negative amount takes away,
        but no more than is free: otherwise it is a `conflict` that says what is. Without a lifetime quota in the unit
        it is a `conflict` too. With an `Idempotency-Key` a repetition is the same booking.

        ```sh
        curl -X POST http://127.0.0.1:8081/v1/keys/$ID/credits -H "Authorization: Bearer $LANYARD_ADMIN_KEY" \
          -H 'Content-Type: application/json' -d '{"unit":"usd","amount":"5.00"}'
        ```
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/CreditRequest'}}
      responses:
        '200':
          description: The quota as it stands then, and where the change holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/QuotaApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}/revoke:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: revokeKey
      tags: [admin]
      summary: Revoke a key
      description: |
        Ends a key for good, with all its secrets. Answers once every live node has confirmed it, or names in
        `pending` those that have not within 5 seconds. Repeating it changes nothing and is 200, with the first
        time and reason.

        ```sh
        curl -X POST http://127.0.0.1:8081/v1/keys/$ID/revoke -H "Authorization: Bearer $LANYARD_ADMIN_KEY"
        ```
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/ReasonRequest'}}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}/disable:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: disableKey
      tags: [admin]
      summary: Disable a key
      description: >-
        Shuts a key until it is enabled again; its requests are denied `disabled_key`. Repeating it is 200. A revoked
        key is a `conflict`. Takes no body.
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/keys/{id}/enable:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: enableKey
      tags: [admin]
      summary: Enable a key
      description: Opens a disabled key. Repeating it is 200. A revoked key is a `conflict`. Takes no body.
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/KeyId'}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/KeyApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/projects:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listProjects
      tags: [admin]
      summary: List projects
      description: Newest first. A caller whose scope is bound to a project sees that one.
      x-lanyard-scope: lanyard:projects:read
      parameters:
        - {$ref: '#/components/parameters/FilterSlug'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/ProjectList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createProject
      tags: [admin]
      summary: Create a project
      description: Creates a project. Its name and prefix cannot be changed. Needs the scope without a bound.
      x-lanyard-scope: lanyard:projects:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/ProjectCreate'}}
      responses:
        '201':
          description: The project.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/ProjectAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/projects/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getProject
      tags: [admin]
      summary: Get one project
      description: Shows one project.
      x-lanyard-scope: lanyard:projects:read
      parameters:
        - {$ref: '#/components/parameters/ProjectId'}
      responses:
        '200':
          description: The project.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/ProjectAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updateProject
      tags: [admin]
      summary: Change a project
      description: Changes the list of environments. One that keys still use cannot be taken away (`conflict`).
      x-lanyard-scope: lanyard:projects:write
      parameters:
        - {$ref: '#/components/parameters/ProjectId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/ProjectPatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/ProjectApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deleteProject
      tags: [admin]
      summary: Delete a project
      description: >-
        Deletes a project that has no keys and no policies; otherwise, and for `default` and `lanyard`, `conflict`.
      x-lanyard-scope: lanyard:projects:write
      parameters:
        - {$ref: '#/components/parameters/ProjectId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listAccounts
      tags: [admin]
      summary: List accounts
      description: Newest first.
      x-lanyard-scope: lanyard:accounts:read
      parameters:
        - {$ref: '#/components/parameters/FilterName'}
        - {$ref: '#/components/parameters/FilterExternalId'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createAccount
      tags: [admin]
      summary: Create an account
      description: >-
        Creates an account. Its limits are shared by all its keys. Accounts belong to no project: the scope must
        be without a bound.
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/AccountCreate'}}
      responses:
        '201':
          description: The account.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getAccount
      tags: [admin]
      summary: Get one account
      description: Shows one account, and how its quotas stand.
      x-lanyard-scope: lanyard:accounts:read
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      responses:
        '200':
          description: The account.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountStanding'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updateAccount
      tags: [admin]
      summary: Change an account
      description: >-
        Changes an account; what is absent stays. An `external_id` that another account has is a `conflict`.
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/AccountPatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deleteAccount
      tags: [admin]
      summary: Delete an account
      description: Deletes an account that has no keys; otherwise `conflict`.
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts/{id}/suspend:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: suspendAccount
      tags: [admin]
      summary: Suspend an account
      description: >-
        Shuts all keys of the account until it is resumed; their requests are denied `account_suspended`. Repeating
        it is 200 and keeps the first reason.
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/ReasonRequest'}}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts/{id}/resume:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: resumeAccount
      tags: [admin]
      summary: Resume an account
      description: Opens a suspended account. Repeating it is 200. Takes no body.
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts/{id}/credits:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: creditAccount
      tags: [admin]
      summary: Add to an account's lifetime quota
      description: |
        Adds to a lifetime quota, which the keys of the account share. A negative amount takes away,
        but no more than is free: otherwise it is a `conflict` that says what is. Without a lifetime quota in the unit
        it is a `conflict` too. With an `Idempotency-Key` a repetition is the same booking.

        ```sh
        curl -X POST http://127.0.0.1:8081/v1/accounts/$ID/credits -H "Authorization: Bearer $LANYARD_ADMIN_KEY" \
          -H 'Content-Type: application/json' -d '{"unit":"usd","amount":"5.00"}'
        ```
      x-lanyard-scope: lanyard:accounts:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/CreditRequest'}}
      responses:
        '200':
          description: The quota as it stands then, and where the change holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/QuotaApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/accounts/{id}/revoke-keys:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: revokeAccountKeys
      tags: [admin]
      summary: Revoke all keys of an account
      description: >-
        Revokes every key of the account, in every project, in one change. Needs `lanyard:keys:write` without a
        bound, and `lanyard:admin` if keys of project `lanyard` are among them.
      x-lanyard-scope: lanyard:keys:write
      parameters:
        - {$ref: '#/components/parameters/AccountId'}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/components/schemas/ReasonRequest'}}
      responses:
        '200':
          description: Done, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AccountKeysRevoked'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/plans:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listPlans
      tags: [admin]
      summary: List plans
      description: Newest first.
      x-lanyard-scope: lanyard:plans:read
      parameters:
        - {$ref: '#/components/parameters/FilterSlug'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PlanList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createPlan
      tags: [admin]
      summary: Create a plan
      description: >-
        Creates a plan: scopes and limits for every key that names it. Plans belong to no project: the scope must
        be without a bound.
      x-lanyard-scope: lanyard:plans:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/PlanCreate'}}
      responses:
        '201':
          description: The plan.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PlanAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/plans/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getPlan
      tags: [admin]
      summary: Get one plan
      description: Shows one plan.
      x-lanyard-scope: lanyard:plans:read
      parameters:
        - {$ref: '#/components/parameters/PlanId'}
      responses:
        '200':
          description: The plan.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PlanAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updatePlan
      tags: [admin]
      summary: Change a plan
      description: Changes a plan, for all keys that name it at once. A name that is taken is a `conflict`.
      x-lanyard-scope: lanyard:plans:write
      parameters:
        - {$ref: '#/components/parameters/PlanId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/PlanPatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PlanApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deletePlan
      tags: [admin]
      summary: Delete a plan
      description: Deletes a plan that no key names; otherwise `conflict`.
      x-lanyard-scope: lanyard:plans:write
      parameters:
        - {$ref: '#/components/parameters/PlanId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/roles:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listRoles
      tags: [admin]
      summary: List roles
      description: Newest first.
      x-lanyard-scope: lanyard:roles:read
      parameters:
        - {$ref: '#/components/parameters/FilterSlug'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/RoleList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createRole
      tags: [admin]
      summary: Create a role
      description: >-
        Creates a role. A `lanyard:` scope can only be put into it by a key that holds it. Roles belong to no project:
        the scope must be without a bound.
      x-lanyard-scope: lanyard:roles:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/RoleCreate'}}
      responses:
        '201':
          description: The role.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/RoleAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/roles/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getRole
      tags: [admin]
      summary: Get one role
      description: Shows one role.
      x-lanyard-scope: lanyard:roles:read
      parameters:
        - {$ref: '#/components/parameters/RoleId'}
      responses:
        '200':
          description: The role.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/RoleAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updateRole
      tags: [admin]
      summary: Change a role
      description: >-
        Changes a role, for all keys that have it at once. A built-in role, and a name that is taken, is a `conflict`.
      x-lanyard-scope: lanyard:roles:write
      parameters:
        - {$ref: '#/components/parameters/RoleId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/RolePatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/RoleApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deleteRole
      tags: [admin]
      summary: Delete a role
      description: Deletes a role that no key has; otherwise, and for a built-in one, `conflict`.
      x-lanyard-scope: lanyard:roles:write
      parameters:
        - {$ref: '#/components/parameters/RoleId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/policies:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, POST

    get:
      operationId: listPolicies
      tags: [admin]
      summary: List policies
      description: Newest first. A caller whose scope is bound to a project sees that project's policies.
      x-lanyard-scope: lanyard:policies:read
      parameters:
        - {$ref: '#/components/parameters/FilterSlug'}
        - {$ref: '#/components/parameters/FilterProject'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PolicyList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    post:
      operationId: createPolicy
      tags: [admin]
      summary: Create a policy
      description: |
        Creates a policy for `/v1/authorize/p/{policy}`. A policy without a project needs the scope without a
        bound.

        ```sh
        curl http://127.0.0.1:8081/v1/policies -H "Authorization: Bearer $LANYARD_ADMIN_KEY" -H 'Content-Type: application/json' \
          -d '{"name":"invoices","scope":"invoices:read","dialect":"nginx"}'
        ```
      x-lanyard-scope: lanyard:policies:write
      parameters:
        - {$ref: '#/components/parameters/IdempotencyKey'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/PolicyCreate'}}
      responses:
        '201':
          description: The policy.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PolicyAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '422': {$ref: '#/components/responses/IdempotencyMismatch'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/policies/{id}:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD, PATCH, DELETE

    get:
      operationId: getPolicy
      tags: [admin]
      summary: Get one policy
      description: Shows one policy.
      x-lanyard-scope: lanyard:policies:read
      parameters:
        - {$ref: '#/components/parameters/PolicyId'}
      responses:
        '200':
          description: The policy.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PolicyAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    patch:
      operationId: updatePolicy
      tags: [admin]
      summary: Change a policy
      description: Changes a policy. A name that is taken is a `conflict`.
      x-lanyard-scope: lanyard:policies:write
      parameters:
        - {$ref: '#/components/parameters/PolicyId'}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/PolicyPatch'}}
      responses:
        '200':
          description: The change, and where it holds.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/PolicyApplied'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

    delete:
      operationId: deletePolicy
      tags: [admin]
      summary: Delete a policy
      description: Deletes a policy. Locations that still ask for it are answered `not_found` from then on.
      x-lanyard-scope: lanyard:policies:write
      parameters:
        - {$ref: '#/components/parameters/PolicyId'}
      responses:
        '204': {description: Deleted., headers: {X-Request-Id: {$ref: '#/components/headers/RequestId'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/explain:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: POST

    post:
      operationId: explain
      tags: [admin]
      summary: Why is it granted or denied?
      description: |
        Runs the decision without spending anything, and shows each step with its verdict. Steps behind a failed
        one are judged too, so that all that is wrong is seen at once; `decision` is the first failure's. Only
        where no key was found are the later ones `not_reached`. What neither the key nor the request asks for
        is `not_applicable`. A `key_id` that does not exist is `not_found`, and is judged as if its current
        secret were presented; a secret that belongs to no key is explained as `unknown_key`.

        | step | asks | codes |
        |---|---|---|
        | `node_current` | has this node confirmed being current? | `unavailable` |
        | `presented` | one key, well-formed? | `missing_key`, `ambiguous_key`, `malformed_key` |
        | `checksum` | does its checksum hold? | `malformed_key` |
        | `known` | is it a key's? | `unknown_key`, `too_many_unknown_keys` |
        | `revocation` | not revoked? | `revoked_key` |
        | `standing` | account not suspended, key not disabled? | `account_suspended`, `disabled_key` |
        | `validity` | begun, not expired, within its grace? | `not_yet_valid`, `expired_key`, `rotated_key` |
        | `project_environment` | of the project and environment? | `wrong_project`, `wrong_environment` |
        | `derivation` | is its chain sound? | `invalid_derivation` |
        | `proof` | possession shown as demanded? | `proof_required`, `invalid_signature`, `replayed_signature`, `invalid_certificate` |
        | `ip` | from an allowed address? | `ip_not_allowed` |
        | `request` | canonical path, allowed method, allowed path? | `invalid_request_path`, `method_not_allowed_for_key`, `path_not_allowed_for_key` |
        | `scope` | does it hold the scope? | `insufficient_scope` |
        | `allowances` | do in-flight, all limits and all quotas suffice? | `too_many_in_flight`, `rate_limited`, `quota_exceeded`, `budget_exceeded` |

        ```sh
        curl http://127.0.0.1:8081/v1/explain -H "Authorization: Bearer $LANYARD_ADMIN_KEY" -H 'Content-Type: application/json' \
          -d '{"key_id":"key_…","scope":"invoices:write"}'
        ```
      x-lanyard-scope: lanyard:explain
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/ExplainRequest'}}
      responses:
        '200':
          description: The decision, step by step.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ExplainAnswer'}
              examples:
                missing_scope:
                  value:
                    decision:
                      valid: false
                      code: insufficient_scope
                      problem:
                        type: urn:lanyard:problem:insufficient_scope
                        title: Insufficient scope
                        status: 403
                        detail: The key lacks a scope.
                        code: insufficient_scope
                        missing_scope: invoices:write
                        fix: Grant the key invoices:write, or use one that holds it.
                    steps:
                      - {step: node_current, verdict: pass}
                      - {step: presented, verdict: pass}
                      - {step: checksum, verdict: pass}
                      - {step: known, verdict: pass}
                      - {step: revocation, verdict: pass}
                      - {step: standing, verdict: pass}
                      - {step: validity, verdict: pass}
                      - {step: project_environment, verdict: pass}
                      - {step: derivation, verdict: not_applicable}
                      - {step: proof, verdict: pass}
                      - {step: ip, verdict: pass}
                      - {step: request, verdict: pass}
                      - step: scope
                        verdict: fail
                        code: insufficient_scope
                        detail: The key holds invoices:read; invoices:write is missing.
                      - {step: allowances, verdict: pass}
                    limits:
                      - name: burst
                        unit: requests
                        amount: 10
                        window: 1s
                        remaining: 9
                        reset_ms: 1000
                        subject: key
                    quotas: []
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/usage:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: getUsage
      tags: [admin]
      summary: Usage
      description: |
        How many decisions ended how, per interval, oldest first; written at least each second. Intervals are in
        UTC; those without a decision are left out. Without `group_by` a row counts everything that the filters
        leave. The default is the last 24 hours, by the hour. A caller whose scope is bound to a project sees
        that project's. What keys of project `lanyard` did, administrators' calls such as this one, is left out
        unless it is asked for: with `include=lanyard`, by that project, or by a key's id. Only a caller with
        `lanyard:admin` may ask for it, and only such a caller sees what keys did that were deleted since.

        Usage is kept by the minute for `--usage-by-minute` (14 days); what is older was put together by the hour and
        stands at the hour's first minute. After `--usage-retention` (400 days) it is gone.

        CSV (by `Accept: text/csv` or `?format=csv`) holds up to 10,000 rows, whatever `limit` says. Where there are
        more, the field `Link` names the next page: `</v1/usage?…&cursor=…>; rel="next"`. Its columns: `start`, then `key_id`, `account_id` or `project_id` if grouped, then
        `granted,denied,tokens,usd,outcomes`, the last as `code=count` separated by spaces.

        ```sh
        curl "http://127.0.0.1:8081/v1/usage?project=payments&interval=day&group_by=key&format=csv" -H "Authorization: Bearer $LANYARD_ADMIN_KEY"
        ```
      x-lanyard-scope: lanyard:usage:read
      parameters:
        - name: key
          in: query
          description: Only of this key.
          schema: {$ref: '#/components/schemas/KeyId'}
        - {$ref: '#/components/parameters/FilterAccount'}
        - {$ref: '#/components/parameters/FilterProject'}
        - name: include
          in: query
          description: >-
            Also what keys of project `lanyard` did. Needs `lanyard:admin`.
          schema: {type: string, enum: [lanyard]}
        - {$ref: '#/components/parameters/From'}
        - {$ref: '#/components/parameters/To'}
        - name: interval
          in: query
          description: How long a row's interval is.
          schema: {type: string, enum: [minute, hour, day], default: hour}
        - name: group_by
          in: query
          description: A row for each.
          schema: {type: string, enum: [key, account, project]}
        - name: format
          in: query
          description: Goes before `Accept`; JSON where neither says.
          schema: {type: string, enum: [json, csv]}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page of rows.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
            Link:
              description: 'The next page, `rel="next"`, of an answer in CSV that does not hold all rows.'
              schema: {type: string}
          content:
            application/json: {schema: {$ref: '#/components/schemas/UsageList'}}
            text/csv:
              schema: {type: string}
              examples:
                by_key:
                  value: |
                    start,key_id,granted,denied,tokens,usd,outcomes
                    2026-03-01T09:00:00.000Z,key_06Fq2mXv9TbLw3ZrYc81Ke,118,2,31800,0.00,ok=118 rate_limited=2
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/audit:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: listAudit
      tags: [admin]
      summary: The audit log
      description: >-
        Every call that changed something: who, what, before and after, without secrets; newest first. Each entry
        is hashed over the one before.
      x-lanyard-scope: lanyard:audit:read
      parameters:
        - name: actor
          in: query
          description: Only by this key.
          schema: {$ref: '#/components/schemas/KeyId'}
        - name: target
          in: query
          description: Only on the object with this id.
          schema: {type: string, minLength: 1, maxLength: 64}
        - name: action
          in: query
          description: Only this action, as `key.revoke`.
          schema: {type: string, pattern: '^[a-z]+\.[a-z_]+$'}
        - {$ref: '#/components/parameters/From'}
        - {$ref: '#/components/parameters/To'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: A page of entries.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AuditList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/audit/verify:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: verifyAudit
      tags: [admin]
      summary: Is the audit log whole?
      description: >-
        Reads the whole log, recomputes the chain of hashes, and names the first entry that is changed or missing.
      x-lanyard-scope: lanyard:audit:read
      responses:
        '200':
          description: What the check found.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AuditVerifyAnswer'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/attempts:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: listAttempts
      tags: [admin]
      summary: Refused attempts by address
      description: |
        Which addresses tried keys that they may not use: malformed, unknown, revoked, expired and rotated ones, on
        either listener, the busiest first. The address is the client's, as the policy's dialect has it, and not the
        proxy's; IPv6 addresses count by their /64.

        It is kept in memory: by the node that answers, since it started, an address for 24 hours after its last
        attempt. Of each sort (malformed; unknown; revoked, expired and rotated) the 1024 busiest addresses are
        remembered, so that who sends junk pushes nobody out who tries a real key. Counts are never too high; they
        are complete while `displaced` is 0.
      x-lanyard-scope: lanyard:audit:read
      parameters:
        - name: code
          in: query
          description: Only addresses that were refused with this code.
          schema: {$ref: '#/components/schemas/AttemptCode'}
        - {$ref: '#/components/parameters/Limit'}
      responses:
        '200':
          description: The addresses.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/AttemptList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

  /v1/nodes:
    servers:
      - {url: 'http://127.0.0.1:8081', description: The admin listener.}
    x-lanyard-allow: GET, HEAD

    get:
      operationId: listNodes
      tags: [admin]
      summary: Nodes
      description: The nodes that share this store, and whether each has confirmed being current. A node that is alone answers for itself.
      x-lanyard-scope: lanyard:nodes:read
      responses:
        '200':
          description: All nodes.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestId'}
          content:
            application/json: {schema: {$ref: '#/components/schemas/NodeList'}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '429': {$ref: '#/components/responses/TooManyRequests'}
        '503': {$ref: '#/components/responses/Unavailable'}

components:

  securitySchemes:
    bearer: {type: http, scheme: bearer, description: The secret as a bearer token.}
    apiKey: {type: apiKey, in: header, name: X-API-Key, description: The secret by itself.}

  parameters:

    KeyId:
      name: id
      in: path
      required: true
      description: The key's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/KeyId'}

    ProjectId:
      name: id
      in: path
      required: true
      description: The project's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/ProjectId'}

    AccountId:
      name: id
      in: path
      required: true
      description: The account's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/AccountId'}

    PlanId:
      name: id
      in: path
      required: true
      description: The plan's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/PlanId'}

    RoleId:
      name: id
      in: path
      required: true
      description: The role's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/RoleId'}

    PolicyId:
      name: id
      in: path
      required: true
      description: The policy's id. Anything else is `not_found`.
      schema: {$ref: '#/components/schemas/PolicyId'}

    PolicyName:
      name: policy
      in: path
      required: true
      description: The policy's name or id.
      schema: {type: string, minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_.-]+$'}

    Suffix:
      name: suffix
      in: path
      required: true
      description: >-
        Anything, slashes included. With dialect `envoy` it is the original path; elsewhere it is ignored.
      schema: {type: string}

    IdempotencyKey:
      name: Idempotency-Key
      in: header
      description: >-
        Makes a repetition safe: the same key with the same request gets the first answer again for 15 minutes,
        then 409 with the id of what was made; with another request 422; while the first still runs 409. Each caller
        has its own.
      schema: {type: string, pattern: '^[!-~]{1,128}$'}

    Cursor:
      name: cursor
      in: query
      description: The `next_cursor` of the page before.
      schema: {type: string, maxLength: 512}

    Limit:
      name: limit
      in: query
      description: How many entries a page holds.
      schema: {type: integer, minimum: 1, maximum: 200, default: 50}

    FilterProject:
      name: project
      in: query
      description: Only of this project, by id or name. One that does not exist is `invalid_request`.
      schema: {type: string, description: A project's id or name., minLength: 1, maxLength: 64}

    FilterAccount:
      name: account
      in: query
      description: >-
        Only of this account, by id or exact `external_id`. One that does not exist is `invalid_request`.
      schema:
        type: string
        description: An account's id, or its exact `external_id`.
        minLength: 1
        maxLength: 200

    FilterEnvironment:
      name: environment
      in: query
      description: Only of this environment.
      schema: {$ref: '#/components/schemas/Environment'}

    FilterStatus:
      name: status
      in: query
      description: Only with this status.
      schema: {$ref: '#/components/schemas/KeyStatus'}

    FilterName:
      name: name
      in: query
      description: Only with exactly this name.
      schema: {$ref: '#/components/schemas/Name'}

    FilterSlug:
      name: name
      in: query
      description: Only the one with this name.
      schema: {$ref: '#/components/schemas/Slug'}

    FilterExternalId:
      name: external_id
      in: query
      description: Only the account with this `external_id`.
      schema: {type: string, minLength: 1, maxLength: 200}

    From:
      name: from
      in: query
      description: From this time on.
      schema: {$ref: '#/components/schemas/TimeInput'}

    To:
      name: to
      in: query
      description: Before this time.
      schema: {$ref: '#/components/schemas/TimeInput'}

  headers:

    RequestId:
      description: >-
        The request's id, also in the log and the audit log. A caller's own `X-Request-Id` is kept if it is 1 to
        64 characters of `[A-Za-z0-9._-]`.
      schema: {type: string, pattern: '^[A-Za-z0-9._-]{1,64}$'}

    RateLimitPolicy:
      description: >-
        The limits of the key that was judged, as a structured field (IETF draft). Present where it has limits.
      schema: {type: string}
      example: '"burst";q=10;w=1;qu="requests"'

    RateLimit:
      description: >-
        What remains of each limit, and the seconds until a unit comes back. Present where the key has limits.
      schema: {type: string}
      example: '"burst";r=9;t=1'

    RetryAfter:
      description: Whole seconds, rounded up; `retry_after_ms` is exact.
      schema: {type: integer, minimum: 0}
      example: 1

    WwwAuthenticate:
      description: RFC 6750. Without an `error` when no key was presented.
      schema: {type: string}
      example: Bearer realm="lanyard", error="invalid_token"

    NoStore:
      description: 'The answer holds a secret: `no-store`.'
      schema: {type: string, const: no-store}

    Allow:
      description: The methods that the path knows; `HEAD` beside `GET`.
      schema: {type: string}
      example: GET, HEAD, POST

    KeyId:
      description: The id of the key that was granted.
      schema: {$ref: '#/components/schemas/KeyId'}

    AccountIdHeader:
      description: The id of its account. Absent where it has none.
      schema: {$ref: '#/components/schemas/AccountId'}

    Scopes:
      description: All scopes that the key holds, separated by spaces. Absent where it holds none.
      schema: {type: string}
      example: invoices:read invoices:write

    Status:
      description: >-
        With dialect `nginx`: the denial's own status as digits, because `auth_request` knows only 401 and 403.
      schema: {type: string, pattern: '^[0-9]{3}$'}
      example: '429'

  responses:

    BadRequest:
      description: >-
        `invalid_request`: a body, query parameter or header is not as it should be; `errors` names each field at
        fault, unknown and duplicate ones too. `ambiguous_key`: two different keys were presented.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            invalid_request:
              value:
                type: urn:lanyard:problem:invalid_request
                title: Invalid request
                status: 400
                detail: Two fields are at fault.
                code: invalid_request
                errors:
                  - {pointer: /quotas/0/period, detail: 'expected one of hour, day, week, month, lifetime'}
                  - {pointer: /scope, detail: 'unknown field; did you mean scopes?'}
                fix: Correct the fields that are named.
            ambiguous_key:
              value:
                type: urn:lanyard:problem:ambiguous_key
                title: Ambiguous key
                status: 400
                detail: Two different keys were presented.
                code: ambiguous_key
                fix: Send one key, in one place.

    AmbiguousKey:
      description: '`ambiguous_key`: two different keys were presented.'
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            ambiguous_key:
              value:
                type: urn:lanyard:problem:ambiguous_key
                title: Ambiguous key
                status: 400
                detail: Two different keys were presented.
                code: ambiguous_key
                fix: Send one key, in one place.

    Unauthorized:
      description: >-
        The caller's own key is missing, malformed, unknown, revoked, expired, not yet valid, rotated away, or lacks
        a proof.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        WWW-Authenticate: {$ref: '#/components/headers/WwwAuthenticate'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            missing_key:
              value:
                type: urn:lanyard:problem:missing_key
                title: Missing key
                status: 401
                detail: No key was presented.
                code: missing_key
                fix: 'Send the key as "Authorization: Bearer" or "X-API-Key".'
            unknown_key:
              value:
                type: urn:lanyard:problem:unknown_key
                title: Unknown key
                status: 401
                detail: There is no key with this secret.
                code: unknown_key
                fix: Present the secret of an existing key.

    Forbidden:
      description: >-
        The caller's own key may not do this: `insufficient_scope`, or it is disabled, suspended, of another project
        than `lanyard` (`wrong_project`), or not allowed from this address.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        WWW-Authenticate: {$ref: '#/components/headers/WwwAuthenticate'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            insufficient_scope:
              value:
                type: urn:lanyard:problem:insufficient_scope
                title: Insufficient scope
                status: 403
                detail: The key lacks a scope.
                code: insufficient_scope
                missing_scope: lanyard:keys:write@payments
                fix: Use a key that holds lanyard:keys:write@payments.

    NotFound:
      description: '`not_found`: there is no such object.'
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            not_found:
              value:
                type: urn:lanyard:problem:not_found
                title: Not found
                status: 404
                detail: There is no key key_06Fq2n0R4sGdPj7HuVa5Ty.
                code: not_found
                fix: Check the id.

    MethodNotAllowed:
      description: >-
        `method_not_allowed`: the path exists, but not with this method. `Allow` names those that it knows.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        Allow: {$ref: '#/components/headers/Allow'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            method_not_allowed:
              value:
                type: urn:lanyard:problem:method_not_allowed
                title: Method not allowed
                status: 405
                detail: This path answers GET, HEAD and POST.
                code: method_not_allowed
                fix: Use one of the methods in Allow.

    Conflict:
      description: >-
        `conflict`: a name is taken, something is still in use, the state forbids it, or a call with the same idempotency
        key still runs or has an answer that is no longer kept (`id` then names what it made).
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            name_taken:
              value:
                type: urn:lanyard:problem:conflict
                title: Conflict
                status: 409
                detail: There is already a project named payments.
                code: conflict
                id: proj_06Fq2kWc5NhMx8BtQz92Lp
                fix: Choose another name.

    TooLarge:
      description: '`too_large`: the body is larger than 1 MiB.'
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            too_large:
              value:
                type: urn:lanyard:problem:too_large
                title: Too large
                status: 413
                detail: The body is larger than 1 MiB.
                code: too_large
                fix: Send less at once.

    UnsupportedMediaType:
      description: '`unsupported_media_type`: the body is not of the media type that is listed.'
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            unsupported_media_type:
              value:
                type: urn:lanyard:problem:unsupported_media_type
                title: Unsupported media type
                status: 415
                detail: This call takes application/json.
                code: unsupported_media_type
                fix: 'Send Content-Type: application/json.'

    IdempotencyMismatch:
      description: '`idempotency_mismatch`: this idempotency key was used with another request.'
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            idempotency_mismatch:
              value:
                type: urn:lanyard:problem:idempotency_mismatch
                title: Idempotency mismatch
                status: 422
                detail: This Idempotency-Key was used with another request.
                code: idempotency_mismatch
                fix: Use a new Idempotency-Key for a new request.

    TooManyRequests:
      description: >-
        The caller's own key is limited (`rate_limited`, `too_many_in_flight`, `quota_exceeded`), or too many unknown
        keys came from this address (`too_many_unknown_keys`). Where no waiting helps, there is no `Retry-After`.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
        RateLimit-Policy: {$ref: '#/components/headers/RateLimitPolicy'}
        RateLimit: {$ref: '#/components/headers/RateLimit'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            rate_limited:
              value:
                type: urn:lanyard:problem:rate_limited
                title: Rate limited
                status: 429
                detail: The limit "burst" of this key admits 10 requests in any 1s.
                code: rate_limited
                retry_after_ms: 412
                violated: {name: burst, unit: requests, amount: 10, window: 1s, subject: key}
                fix: Wait 412 ms, or ask for a higher limit.

    Unavailable:
      description: >-
        `unavailable`: the node cannot decide or store, and fails closed. Nothing was changed, unless the call was
        cut off: repeat it with its `Idempotency-Key`.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            unavailable:
              value:
                type: urn:lanyard:problem:unavailable
                title: Unavailable
                status: 503
                detail: The store cannot be reached.
                code: unavailable
                retry_after_ms: 1000
                fix: Try again.

    AuthorizeGranted:
      description: Granted. The body is empty; the proxy copies the headers on to the upstream.
      headers:
        Lanyard-Key-Id: {$ref: '#/components/headers/KeyId'}
        Lanyard-Account-Id: {$ref: '#/components/headers/AccountIdHeader'}
        Lanyard-Scopes: {$ref: '#/components/headers/Scopes'}
        RateLimit-Policy: {$ref: '#/components/headers/RateLimitPolicy'}
        RateLimit: {$ref: '#/components/headers/RateLimit'}

    AuthorizeBadRequest:
      description: >-
        `ambiguous_key`, or `invalid_request_path`: the path is not canonical (dot segments, `//`, an encoded slash
        or backslash).
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            ambiguous_key:
              value:
                type: urn:lanyard:problem:ambiguous_key
                title: Ambiguous key
                status: 400
                detail: Two different keys were presented.
                code: ambiguous_key
                fix: Send one key, in one place.

    AuthorizeUnauthorized:
      description: >-
        Denied: the key is missing, malformed, unknown, revoked, expired, not yet valid, rotated away, or lacks
        a proof.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        WWW-Authenticate: {$ref: '#/components/headers/WwwAuthenticate'}
        Lanyard-Status: {$ref: '#/components/headers/Status'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            revoked_key:
              value:
                type: urn:lanyard:problem:revoked_key
                title: Revoked key
                status: 401
                detail: This key was revoked.
                code: revoked_key
                fix: Use another key.

    AuthorizeForbidden:
      description: >-
        Denied: the key is disabled or suspended, of another project or environment, not allowed from this address,
        with this method or on this path, or lacks the scope; or `untrusted_proxy`: a header that the dialect needs
        is missing, doubled or from an address that is not trusted. With dialect `nginx` also every denial that
        elsewhere has another status than 401 and 403; `Lanyard-Status` tells which.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        WWW-Authenticate: {$ref: '#/components/headers/WwwAuthenticate'}
        Lanyard-Status: {$ref: '#/components/headers/Status'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
        RateLimit-Policy: {$ref: '#/components/headers/RateLimitPolicy'}
        RateLimit: {$ref: '#/components/headers/RateLimit'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            insufficient_scope:
              value:
                type: urn:lanyard:problem:insufficient_scope
                title: Insufficient scope
                status: 403
                detail: The key lacks a scope.
                code: insufficient_scope
                missing_scope: invoices:read
                fix: Use a key that holds invoices:read.
            untrusted_proxy:
              value:
                type: urn:lanyard:problem:untrusted_proxy
                title: Untrusted proxy
                status: 403
                detail: X-Real-IP came from 192.0.2.7, which is not a trusted proxy.
                code: untrusted_proxy
                fix: Name the proxy with --trusted-proxy 192.0.2.7/32.

    SelfForbidden:
      description: >-
        The key is disabled or suspended, or not allowed from this address; when rotating also `self_rotate_not_allowed`:
        the key was not made with `allow_self_rotate`.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestId'}
        WWW-Authenticate: {$ref: '#/components/headers/WwwAuthenticate'}
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
          examples:
            self_rotate_not_allowed:
              value:
                type: urn:lanyard:problem:self_rotate_not_allowed
                title: Self-rotation not allowed
                status: 403
                detail: This key may not rotate itself.
                code: self_rotate_not_allowed
                fix: Ask the operator to set allow_self_rotate, or to rotate the key.

  schemas:

    KeyId:
      type: string
      description: 'The id of a key: `key_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^key_[0-9A-Za-z]{22}$

    ProjectId:
      type: string
      description: 'The id of a project: `proj_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^proj_[0-9A-Za-z]{22}$

    AccountId:
      type: string
      description: 'The id of an account: `acct_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^acct_[0-9A-Za-z]{22}$

    PlanId:
      type: string
      description: 'The id of a plan: `plan_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^plan_[0-9A-Za-z]{22}$

    RoleId:
      type: string
      description: 'The id of a role: `role_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^role_[0-9A-Za-z]{22}$

    PolicyId:
      type: string
      description: 'The id of a policy: `pol_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^pol_[0-9A-Za-z]{22}$

    GrantId:
      type: string
      description: >-
        The id of a grant that is held open: `grant_` and 22 base62 characters of a UUIDv7, so ids sort by age.
      pattern: ^grant_[0-9A-Za-z]{22}$

    NodeId:
      type: string
      description: 'The id of a node: `node_` and 22 base62 characters of a UUIDv7, so ids sort by age.'
      pattern: ^node_[0-9A-Za-z]{22}$

    Slug:
      type: string
      description: A name that is unique among its kind. It must not have the shape of an id.
      pattern: ^[a-z0-9][a-z0-9_.-]{0,62}$
    Name: {type: string, description: A name for people; not unique., minLength: 1, maxLength: 200}

    Environment:
      type: string
      description: An environment's name; it is part of the secret's text.
      pattern: ^[a-z][a-z0-9]{0,11}$

    Time:
      type: string
      description: An RFC 3339 time in UTC with milliseconds.
      format: date-time
      pattern: ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$

    TimeInput:
      type: string
      description: An RFC 3339 time with any offset; kept to the millisecond.
      format: date-time

    Duration:
      type: string
      description: >-
        A whole number and its unit: `500ms`, `90s`, `5m`, `24h`, `90d`. Answers use the largest unit that divides
        it, so `60s` comes back as `1m`.
      pattern: ^[0-9]{1,12}(ms|s|m|h|d)$

    Money:
      type: string
      description: >-
        An amount in US dollars, with up to nine decimals and at most 9000000000: `5.00`, `0.00000015`. Answers
        have at least two decimals.
      pattern: ^[0-9]{1,10}(\.[0-9]{1,9})?$

    LimitedMoney:
      type: string
      description: 'An amount in US dollars that a limit admits: more than nothing, at most `1000000000.00`.'
      pattern: ^(?=.*[1-9])[0-9]{1,10}(\.[0-9]{1,9})?$

    Scope:
      type: string
      description: >-
        A permission that a key, role or plan grants: up to 8 segments `[a-z0-9_.-]+` joined by `:`. `*` as the
        last segment matches the rest, elsewhere one segment; in the first place it never matches `lanyard`. Only
        a `lanyard:` scope may be bound to one project: `lanyard:keys:write@payments`.
      maxLength: 128
      pattern: ^((\*|[a-z0-9_.-]+)(:(\*|[a-z0-9_.-]+)){0,7}|lanyard(:(\*|[a-z0-9_.-]+)){1,7}@[a-z0-9][a-z0-9_.-]{0,62})$

    ScopeExpression:
      type: string
      description: >-
        What a check asks for: scope names (without `*` and `@`), `and`, `or` and parentheses; `and` binds tighter.
        `invoices:read and (tenants:eu or tenants:us)`.
      minLength: 1
      maxLength: 1024
      pattern: ^[a-z0-9_.:() -]+$
    Method: {type: string, description: 'An HTTP method, in capitals.', pattern: '^[A-Z][A-Z_-]{0,31}$'}

    PathPattern:
      type: string
      description: >-
        A pattern on the decoded, canonical path: `*` within a segment, `**` across segments. `/v1/invoices/**`.
        At most 512 bytes, 32 segments, 4 of them `**`.
      minLength: 1
      maxLength: 512
      pattern: ^/

    Cidr:
      type: string
      description: >-
        An IPv4 or IPv6 address or block: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. IPv4-mapped IPv6 addresses
        are compared as IPv4.
      pattern: ^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$

    Digest:
      type: string
      description: >-
        The SHA-256 of a secret's text, as hexadecimal, base64 or base64url, the last two with or without their
        `=`.
      pattern: ^sha256:([0-9a-fA-F]{64}|([A-Za-z0-9+/]{42}|[A-Za-z0-9_-]{42})[AEIMQUYcgkosw048]=?)$

    Metadata:
      type: object
      description: >-
        The operator's own JSON object, returned by verify and never interpreted. At most 16 KiB as JSON.
      additionalProperties: true

    Costs:
      type: object
      description: What the call costs, in each unit. A limit is charged in its own unit.
      additionalProperties: false
      properties:
        requests: {type: integer, minimum: 0, maximum: 1000000000000, default: 1}
        tokens: {type: integer, minimum: 0, maximum: 1000000000000, default: 0}
        usd: {$ref: '#/components/schemas/Money'}

    ActualCosts:
      type: object
      description: What a call turned out to cost. A unit that is not named cost what the check charged.
      additionalProperties: false
      properties:
        requests: {type: integer, minimum: 0, maximum: 1000000000000}
        tokens: {type: integer, minimum: 0, maximum: 1000000000000}
        usd: {$ref: '#/components/schemas/Money'}

    ChargedCosts:
      type: object
      description: Costs with every unit written out.
      required: [requests, tokens, usd]
      properties:
        requests: {type: integer, minimum: 0, maximum: 1000000000000}
        tokens: {type: integer, minimum: 0, maximum: 1000000000000}
        usd: {$ref: '#/components/schemas/Money'}

    Limit:
      description: >-
        At most `amount` in *any* stretch of `window` (1 second to 31 days). The unit is `requests` unless named;
        of `usd` at most 1000000000.00. Up to 16 limits apiece, each with its own name, and no two of the same
        unit and window.
      oneOf:
        - type: object
          required: [name, amount, window]
          additionalProperties: false
          properties:
            name:
              type: string
              description: Unique among the limits of its key, account or plan; the name in the `RateLimit` fields.
              pattern: '^[A-Za-z0-9_.-]{1,64}$'
            unit: {type: string, enum: [requests, tokens], default: requests}
            amount: {type: integer, minimum: 1, maximum: 1000000000000}
            window: {$ref: '#/components/schemas/Duration'}
            on_outage: {$ref: '#/components/schemas/LimitOutageRule'}
            on_loss: {$ref: '#/components/schemas/LimitLossRule'}
        - type: object
          required: [name, unit, amount, window]
          additionalProperties: false
          properties:
            name:
              type: string
              description: Unique among the limits of its key, account or plan; the name in the `RateLimit` fields.
              pattern: '^[A-Za-z0-9_.-]{1,64}$'
            unit: {type: string, const: usd}
            amount: {$ref: '#/components/schemas/LimitedMoney'}
            window: {$ref: '#/components/schemas/Duration'}
            on_outage: {$ref: '#/components/schemas/LimitOutageRule'}
            on_loss: {$ref: '#/components/schemas/LimitLossRule'}
      examples:
        - {name: burst, unit: requests, amount: 10, window: 1s}

    LimitOutageRule:
      type: string
      enum: [deny, allow]
      default: deny
      description: >-
        What happens while counters that several nodes share are out of reach: calls are denied `unavailable`, or they
        pass uncounted. Left out of answers where it is `deny`.

    LimitLossRule:
      type: string
      enum: [forget, close]
      default: forget
      description: >-
        What happens when shared counters have lost what they had counted: the count begins anew, so that one stretch of
        the window's length may hold up to twice the amount; or the limit stays shut for a window, and is never exceeded.
        Left out of answers where it is `forget`.

    Amount:
      description: A whole number of requests or tokens; money as a string.
      anyOf:
        - {type: integer, minimum: 0, maximum: 1000000000000}
        - {$ref: '#/components/schemas/Money'}

    LimitState:
      type: object
      description: A limit as it stands after the decision.
      required: [name, unit, amount, window, remaining, reset_ms, subject]
      properties:
        name: {type: string}
        unit: {type: string, enum: [requests, tokens, usd]}
        amount: {$ref: '#/components/schemas/Amount'}
        window: {$ref: '#/components/schemas/Duration'}
        remaining: {$ref: '#/components/schemas/Amount'}
        reset_ms:
          type: integer
          minimum: 0
          description: >-
            Milliseconds until the whole amount is available again, if nothing else is charged; 0 when it is.
        subject:
          type: string
          enum: [key, account, plan]
          description: Whose limit it is. An account's is shared by its keys; a plan's is counted for each key.

    Quota:
      description: >-
        At most `amount` in each period of the calendar, never more. The unit is `requests` unless named; of `usd` at
        most 1000000000.00. Periods are UTC: weeks begin on Monday, months on the account's billing day; a `lifetime`
        never ends, may hold 0, and is what credits add to. Up to 8 quotas apiece, each with its own name, and no two of
        the same unit and period: these are what a quota is known by, so that renaming one refunds nothing.
      oneOf:
        - type: object
          required: [name, amount, period]
          additionalProperties: false
          properties:
            name: {$ref: '#/components/schemas/QuotaName'}
            unit: {type: string, enum: [requests, tokens], default: requests}
            amount: {type: integer, minimum: 1, maximum: 1000000000000}
            period: {type: string, enum: [hour, day, week, month]}
            alert_at: {$ref: '#/components/schemas/AlertPercents'}
            on_outage: {$ref: '#/components/schemas/OutageRule'}
        - type: object
          required: [name, amount, period]
          additionalProperties: false
          properties:
            name: {$ref: '#/components/schemas/QuotaName'}
            unit: {type: string, enum: [requests, tokens], default: requests}
            amount: {type: integer, minimum: 0, maximum: 1000000000000}
            period: {type: string, const: lifetime}
            alert_at: {$ref: '#/components/schemas/AlertPercents'}
            on_outage: {$ref: '#/components/schemas/OutageRule'}
        - type: object
          required: [name, unit, amount, period]
          additionalProperties: false
          properties:
            name: {$ref: '#/components/schemas/QuotaName'}
            unit: {type: string, const: usd}
            amount: {$ref: '#/components/schemas/LimitedMoney'}
            period: {type: string, enum: [hour, day, week, month]}
            alert_at: {$ref: '#/components/schemas/AlertPercents'}
            on_outage: {$ref: '#/components/schemas/OutageRule'}
        - type: object
          required: [name, unit, amount, period]
          additionalProperties: false
          properties:
            name: {$ref: '#/components/schemas/QuotaName'}
            unit: {type: string, const: usd}
            amount: {$ref: '#/components/schemas/Money'}
            period: {type: string, const: lifetime}
            alert_at: {$ref: '#/components/schemas/AlertPercents'}
            on_outage: {$ref: '#/components/schemas/OutageRule'}
      examples:
        - {name: spend, unit: usd, amount: '5.00', period: month, alert_at: [50, 80, 100], on_outage: deny}

    QuotaName:
      type: string
      description: Unique among the quotas of its key, account or plan.
      pattern: '^[A-Za-z0-9_.-]{1,64}$'

    Period:
      type: string
      enum: [hour, day, week, month, lifetime]

    AlertPercents:
      type: array
      description: >-
        Percents of what the period holds, rising, at which a `quota.alert` is written to the audit log, each once in a
        period.
      items: {type: integer, minimum: 1, maximum: 100}
      maxItems: 10
      default: []

    OutageRule:
      type: string
      enum: [deny, allow]
      default: deny
      description: >-
        What happens while the store is out of reach and nothing is leased any more: calls are denied `unavailable`, or
        they pass and are counted later, though the quota may then be exceeded.

    QuotaAmount:
      description: A whole number of requests or tokens; money as a string.
      anyOf:
        - {type: integer, minimum: 0}
        - {$ref: '#/components/schemas/Money'}

    QuotaState:
      type: object
      description: How a quota stands in its present period.
      required: [name, unit, amount, used, remaining, period, resets_at, subject]
      properties:
        name: {$ref: '#/components/schemas/QuotaName'}
        unit: {type: string, enum: [requests, tokens, usd]}
        amount:
          $ref: '#/components/schemas/QuotaAmount'
          description: What the period holds, credits included.
        used:
          $ref: '#/components/schemas/QuotaAmount'
          description: >-
            What is gone. What nodes have leased counts too until they have spent it or given it back, so that it may
            become less again; more than `amount` where an amount was lowered or a call cost more than was reserved.
        remaining: {$ref: '#/components/schemas/QuotaAmount'}
        period: {$ref: '#/components/schemas/Period'}
        resets_at:
          anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]
          description: When the next period begins; null for a lifetime.
        subject:
          type: string
          enum: [key, account, plan]
          description: Whose quota it is. An account's is shared by its keys; a plan's is counted for each key.
      examples:
        - {name: spend, unit: usd, amount: '5.00', used: '1.25', remaining: '3.75', period: month,
           resets_at: '2026-04-01T00:00:00.000Z', subject: key}

    ProjectRef:
      type: object
      required: [id, name]
      properties:
        id: {$ref: '#/components/schemas/ProjectId'}
        name: {$ref: '#/components/schemas/Slug'}

    AccountRef:
      type: object
      required: [id, external_id, name]
      properties:
        id: {$ref: '#/components/schemas/AccountId'}
        external_id: {type: [string, 'null']}
        name: {$ref: '#/components/schemas/Name'}

    Proof:
      type: string
      enum: [any, signature, certificate]
      description: >-
        How possession must be shown. `any` admits a bearer secret; with the others, presenting the secret in the
        clear is denied `proof_required`. Signatures and certificates are not yet verified in this version, so such
        a key is always denied.

    KeyStatus:
      type: string
      enum: [active, revoked, disabled, not_yet_valid, expired]
      description: 'The first that holds of: revoked, disabled, not_yet_valid, expired, active.'

    Key:
      type: object
      description: A key as the management API shows it. It never contains the secret.
      required: [id, name, project, account, environment, status, hint, scopes, roles, plan, limits, quotas, in_flight,
        ip_allowlist, methods, paths, proof, imported, not_before, expires_at, disabled, revoked_at, revoke_reason,
        allow_self_rotate, metadata, created_at, updated_at, last_used_at]
      properties:
        id: {$ref: '#/components/schemas/KeyId'}
        name: {$ref: '#/components/schemas/Name'}
        project: {$ref: '#/components/schemas/ProjectRef'}
        account: {anyOf: [{$ref: '#/components/schemas/AccountRef'}, {type: 'null'}]}
        environment: {$ref: '#/components/schemas/Environment'}
        status: {$ref: '#/components/schemas/KeyStatus'}
        hint:
          type: string
          description: The last four characters of the current secret; empty for an imported key.
          maxLength: 4
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          description: Granted to the key itself; its roles and its plan add theirs.
        roles: {type: array, items: {$ref: '#/components/schemas/Slug'}, description: Names of roles.}
        plan:
          anyOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]
          description: The name of its plan.
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}}
        in_flight:
          type: [integer, 'null']
          description: How many calls may be open at once, on all servers together; null for no bound.
        ip_allowlist:
          type: array
          items: {$ref: '#/components/schemas/Cidr'}
          description: 'Empty: from anywhere.'
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          description: 'Empty: every method.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          description: 'Empty: every path.'
        proof: {$ref: '#/components/schemas/Proof'}
        imported: {type: boolean, description: It came in as the digest of another system's key.}
        not_before: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        expires_at: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        disabled: {type: boolean}
        revoked_at: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        revoke_reason: {type: [string, 'null']}
        allow_self_rotate: {type: boolean}
        metadata: {$ref: '#/components/schemas/Metadata'}
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}
        last_used_at:
          anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]
          description: The minute of the last decision on it, shown within a minute or two; null if there was none.
      examples:
        - id: key_06Fq2mXv9TbLw3ZrYc81Ke
          name: billing cron
          project: {id: proj_06Fq2kWc5NhMx8BtQz92Lp, name: payments}
          account: {id: acct_06Fq2l3J7rFvDy4SgXk6Wb, external_id: cus_481, name: Acme Ltd}
          environment: live
          status: active
          hint: x7Qa
          scopes: ['invoices:read']
          roles: []
          plan: free
          limits:
            - {name: burst, unit: requests, amount: 10, window: 1s}
            - {name: tpm, unit: tokens, amount: 100000, window: 1m}
          quotas: []
          in_flight: 8
          ip_allowlist: [203.0.113.0/24, '2001:db8::/32']
          methods: [GET]
          paths: [/v1/invoices/**]
          proof: any
          imported: false
          not_before: null
          expires_at: '2026-05-30T09:30:00.000Z'
          disabled: false
          revoked_at: null
          revoke_reason: null
          allow_self_rotate: false
          metadata: {team: billing}
          created_at: '2026-03-01T09:30:00.000Z'
          updated_at: '2026-03-01T09:30:00.000Z'
          last_used_at: null

    KeyCreate:
      type: object
      description: >-
        Only `name` is needed.
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        project:
          type: string
          description: A project's id or name. It sets the secret's prefix and cannot be changed later.
          minLength: 1
          maxLength: 64
          default: default
        account:
          type: [string, 'null']
          description: 'An account''s id, or its exact `external_id`. Null or absent: none.'
          minLength: 1
          maxLength: 200
        environment:
          $ref: '#/components/schemas/Environment'
          description: One of the project's environments. It is part of the secret and cannot be changed later.
          default: live
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          maxItems: 256
          description: >-
            What the key may do. None grants nothing. A `lanyard:` scope can only be granted by a key that holds
            it.
        roles:
          type: array
          items: {$ref: '#/components/schemas/Slug'}
          maxItems: 64
          description: Names of roles, whose scopes are added.
        plan:
          type: [string, 'null']
          description: 'A plan''s id or name. Null or absent: none.'
          minLength: 1
          maxLength: 64
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        in_flight:
          type: [integer, 'null']
          minimum: 1
          maximum: 1000000
          description: How many calls may be open at once, on all servers together; null for no bound.
        ip_allowlist:
          type: array
          items: {$ref: '#/components/schemas/Cidr'}
          maxItems: 256
          description: 'Empty or absent: from anywhere.'
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          maxItems: 32
          description: 'Empty: every method.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          maxItems: 256
          description: 'Empty: every path.'
        proof: {$ref: '#/components/schemas/Proof', default: any}
        not_before: {anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]}
        expires_at:
          anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]
          description: In the future, after `not_before`. Not together with `expires_in`.
        expires_in:
          $ref: '#/components/schemas/Duration'
          description: Counted from this call, more than 0 and at most 365000d. Not together with `expires_at`.
        allow_self_rotate:
          type: boolean
          description: Whether whoever holds the secret may rotate it by `POST /v1/self/rotate`.
          default: false
        metadata: {$ref: '#/components/schemas/Metadata'}
      not: {required: [expires_at, expires_in]}
      examples:
        - name: billing cron
          project: payments
          account: acct_06Fq2l3J7rFvDy4SgXk6Wb
          environment: live
          scopes: ['invoices:read']
          plan: free
          limits:
            - {name: burst, amount: 10, window: 1s}
            - {name: tpm, unit: tokens, amount: 100000, window: 60s}
          quotas:
            - {name: monthly, amount: 10000, period: month}
            - {name: spend, unit: usd, amount: '5.00', period: month, alert_at: [50, 80, 100]}
          in_flight: 8
          ip_allowlist: [203.0.113.0/24, '2001:db8::/32']
          methods: [GET]
          paths: [/v1/invoices/**]
          expires_in: 90d
          metadata: {team: billing}

    KeyPatch:
      type: object
      description: >-
        What is absent stays; null clears; lists and `metadata` are replaced whole. Project and environment are
        part of the secret and cannot be changed.
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        account:
          type: [string, 'null']
          description: An account's id, or its exact `external_id`. Null takes the key out of its account.
          minLength: 1
          maxLength: 200
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          maxItems: 256
          description: >-
            What the key may do. None grants nothing. A `lanyard:` scope can only be granted by a key that holds
            it.
        roles:
          type: array
          items: {$ref: '#/components/schemas/Slug'}
          maxItems: 64
          description: Names of roles, whose scopes are added.
        plan:
          type: [string, 'null']
          description: A plan's id or name. Null takes the plan away.
          minLength: 1
          maxLength: 64
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        in_flight:
          type: [integer, 'null']
          minimum: 1
          maximum: 1000000
          description: How many calls may be open at once, on all servers together; null for no bound.
        ip_allowlist:
          type: array
          items: {$ref: '#/components/schemas/Cidr'}
          maxItems: 256
          description: 'Empty: from anywhere.'
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          maxItems: 32
          description: 'Empty: every method.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          maxItems: 256
          description: 'Empty: every path.'
        proof: {$ref: '#/components/schemas/Proof'}
        not_before: {anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]}
        expires_at:
          anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]
          description: In the future, after `not_before`. Not together with `expires_in`.
        expires_in:
          $ref: '#/components/schemas/Duration'
          description: Counted from this call, more than 0 and at most 365000d. Not together with `expires_at`.
        allow_self_rotate:
          type: boolean
          description: Whether whoever holds the secret may rotate it by `POST /v1/self/rotate`.
        metadata: {$ref: '#/components/schemas/Metadata'}
      not: {required: [expires_at, expires_in]}
      examples:
        - {scopes: ['invoices:read', 'invoices:write'], in_flight: null}

    KeyImportLine:
      type: object
      description: >-
        One line of an import: a digest and a key's other fields. Imported keys are bearer keys, so `proof` must
        be `any`, and the project is not `lanyard`.
      required: [digest, name]
      additionalProperties: false
      properties:
        digest: {$ref: '#/components/schemas/Digest'}
        name: {$ref: '#/components/schemas/Name'}
        project:
          type: string
          description: A project's id or name. It sets the secret's prefix and cannot be changed later.
          minLength: 1
          maxLength: 64
          default: default
        account:
          type: [string, 'null']
          description: 'An account''s id, or its exact `external_id`. Null or absent: none.'
          minLength: 1
          maxLength: 200
        environment:
          $ref: '#/components/schemas/Environment'
          description: One of the project's environments. It is part of the secret and cannot be changed later.
          default: live
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          maxItems: 256
          description: >-
            What the key may do. None grants nothing. A `lanyard:` scope can only be granted by a key that holds
            it.
        roles:
          type: array
          items: {$ref: '#/components/schemas/Slug'}
          maxItems: 64
          description: Names of roles, whose scopes are added.
        plan:
          type: [string, 'null']
          description: 'A plan''s id or name. Null or absent: none.'
          minLength: 1
          maxLength: 64
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        in_flight:
          type: [integer, 'null']
          minimum: 1
          maximum: 1000000
          description: How many calls may be open at once, on all servers together; null for no bound.
        ip_allowlist:
          type: array
          items: {$ref: '#/components/schemas/Cidr'}
          maxItems: 256
          description: 'Empty or absent: from anywhere.'
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          maxItems: 32
          description: 'Empty: every method.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          maxItems: 256
          description: 'Empty: every path.'
        proof: {$ref: '#/components/schemas/Proof', default: any}
        not_before: {anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]}
        expires_at:
          anyOf: [{$ref: '#/components/schemas/TimeInput'}, {type: 'null'}]
          description: In the future, after `not_before`. Not together with `expires_in`.
        expires_in:
          $ref: '#/components/schemas/Duration'
          description: Counted from this call, more than 0 and at most 365000d. Not together with `expires_at`.
        allow_self_rotate:
          type: boolean
          description: Whether whoever holds the secret may rotate it by `POST /v1/self/rotate`.
          default: false
        metadata: {$ref: '#/components/schemas/Metadata'}
      not: {required: [expires_at, expires_in]}
      examples:
        - digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
          name: legacy 1
          project: payments
          scopes: ['invoices:read']

    KeyImportResult:
      description: >-
        One line of the answer to an import, in the order of the request's lines. The last is the summary, or says from
        which line on to send again. An answer without either was cut short: send what it left unanswered again.
      oneOf:
        - type: object
          required: [line, id]
          properties:
            line: {type: integer, minimum: 1}
            id: {$ref: '#/components/schemas/KeyId'}
        - type: object
          required: [line, problem]
          properties:
            line: {type: integer, minimum: 1}
            problem: {$ref: '#/components/schemas/Problem'}
        - type: object
          required: [summary]
          properties:
            summary:
              type: object
              required: [imported, refused]
              properties:
                imported: {type: integer, minimum: 0}
                refused: {type: integer, minimum: 0}
        - type: object
          required: [resume_from_line, problem]
          properties:
            resume_from_line: {type: integer, minimum: 1}
            problem: {$ref: '#/components/schemas/Problem'}

    Applied:
      type: object
      description: >-
        Where a change already holds. A node that stays silent stops admitting once its staleness bound has passed.
      required: [acknowledged_by, pending, elapsed_ms]
      properties:
        acknowledged_by:
          type: array
          items: {$ref: '#/components/schemas/NodeId'}
          description: The nodes that have applied the change.
        pending:
          type: array
          items: {$ref: '#/components/schemas/NodeId'}
          description: >-
            The nodes that have not confirmed it within 5 seconds, without those that are silent beyond the staleness
            bound: these deny everything. Empty on a single node.
        elapsed_ms:
          type: number
          minimum: 0
          description: How long it took until the last acknowledgement.

    KeyAnswer:
      type: object
      required: [key]
      properties:
        key: {$ref: '#/components/schemas/Key'}

    KeyStanding:
      type: object
      description: A key, and how all quotas stand that hold it back.
      required: [key, quotas]
      properties:
        key: {$ref: '#/components/schemas/Key'}
        quotas: {type: array, items: {$ref: '#/components/schemas/QuotaState'}}

    KeyCreated:
      type: object
      required: [key, secret]
      properties:
        key: {$ref: '#/components/schemas/Key'}
        secret: {type: string, description: The secret. It is shown this once and is not stored.}
      examples:
        - key:
            id: key_06Fq2mXv9TbLw3ZrYc81Ke
            name: billing cron
            project: {id: proj_06Fq2kWc5NhMx8BtQz92Lp, name: payments}
            account: {id: acct_06Fq2l3J7rFvDy4SgXk6Wb, external_id: cus_481, name: Acme Ltd}
            environment: live
            status: active
            hint: x7Qa
            scopes: ['invoices:read']
            roles: []
            plan: free
            limits:
              - {name: burst, unit: requests, amount: 10, window: 1s}
              - {name: tpm, unit: tokens, amount: 100000, window: 1m}
            quotas: []
            in_flight: 8
            ip_allowlist: [203.0.113.0/24, '2001:db8::/32']
            methods: [GET]
            paths: [/v1/invoices/**]
            proof: any
            imported: false
            not_before: null
            expires_at: '2026-05-30T09:30:00.000Z'
            disabled: false
            revoked_at: null
            revoke_reason: null
            allow_self_rotate: false
            metadata: {team: billing}
            created_at: '2026-03-01T09:30:00.000Z'
            updated_at: '2026-03-01T09:30:00.000Z'
            last_used_at: null
          secret: lyd_live_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000000

    KeyApplied:
      allOf:
        - {type: object, required: [key], properties: {key: {$ref: '#/components/schemas/Key'}}}
        - {$ref: '#/components/schemas/Applied'}

    KeyRotated:
      allOf:
        - type: object
          required: [key, secret, previous_expires_at]
          properties:
            key: {$ref: '#/components/schemas/Key'}
            secret: {type: string, description: 'The new secret, shown this once.'}
            previous_expires_at:
              $ref: '#/components/schemas/Time'
              description: When the older secret stops working. Until then both draw on the same allowances.
        - {$ref: '#/components/schemas/Applied'}

    RotateRequest:
      type: object
      additionalProperties: false
      properties:
        grace:
          $ref: '#/components/schemas/Duration'
          description: 'How long the older secret keeps working: `0s` to `30d`.'
          default: 24h
      examples:
        - {grace: 24h}

    CreditRequest:
      type: object
      description: >-
        What is added to a lifetime quota. `amount` is a whole number, or with `usd` a string of dollars; with a minus so
        much is taken away, no more than is free.
      required: [unit, amount]
      additionalProperties: false
      properties:
        unit: {type: string, enum: [requests, tokens, usd]}
        amount:
          oneOf:
            - {type: integer, minimum: -1000000000000, maximum: -1}
            - {type: integer, minimum: 1, maximum: 1000000000000}
            - {type: string, pattern: '^-?(?=.*[1-9])[0-9]{1,10}(\.[0-9]{1,9})?$'}
        quota:
          $ref: '#/components/schemas/QuotaName'
          description: Which quota, by its name. Needed only where the unit has more than one lifetime quota.
        reason:
          type: string
          description: Why, for the audit log.
          minLength: 1
          maxLength: 500
      examples:
        - {unit: usd, amount: '5.00', reason: invoice 4711}
        - {unit: requests, amount: -1000, quota: prepaid}

    QuotaApplied:
      allOf:
        - {type: object, required: [quota], properties: {quota: {$ref: '#/components/schemas/QuotaState'}}}
        - {$ref: '#/components/schemas/Applied'}

    ReasonRequest:
      type: object
      additionalProperties: false
      properties:
        reason:
          type: string
          description: Why, for the audit log and the key's record.
          minLength: 1
          maxLength: 500
      examples:
        - {reason: left in a public repository}

    LookupRequest:
      type: object
      description: Exactly one of the two.
      additionalProperties: false
      properties:
        secret: {type: string, minLength: 1}
        digest: {$ref: '#/components/schemas/Digest'}
      minProperties: 1
      maxProperties: 1
      examples:
        - {digest: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'}

    OwnKey:
      type: object
      description: 'A key as its holder sees it: without `metadata` and the operator''s notes.'
      required: [id, name, project, account, environment, status, hint, scopes, ip_allowlist, methods, paths, proof,
        not_before, expires_at, allow_self_rotate, created_at]
      properties:
        id: {$ref: '#/components/schemas/KeyId'}
        name: {$ref: '#/components/schemas/Name'}
        project: {$ref: '#/components/schemas/ProjectRef'}
        account: {anyOf: [{$ref: '#/components/schemas/AccountRef'}, {type: 'null'}]}
        environment: {$ref: '#/components/schemas/Environment'}
        status: {$ref: '#/components/schemas/KeyStatus'}
        hint: {type: string, maxLength: 4}
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          description: 'All that the key holds: its own, its roles'' and its plan''s.'
        ip_allowlist: {type: array, items: {$ref: '#/components/schemas/Cidr'}}
        methods: {type: array, items: {$ref: '#/components/schemas/Method'}}
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
        proof: {$ref: '#/components/schemas/Proof'}
        not_before: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        expires_at: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        allow_self_rotate: {type: boolean}
        created_at: {$ref: '#/components/schemas/Time'}

    SelfAnswer:
      type: object
      required: [key, limits, quotas]
      properties:
        key: {$ref: '#/components/schemas/OwnKey'}
        limits: {type: array, items: {$ref: '#/components/schemas/LimitState'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/QuotaState'}}

    SelfApplied:
      allOf:
        - {type: object, required: [key], properties: {key: {$ref: '#/components/schemas/OwnKey'}}}
        - {$ref: '#/components/schemas/Applied'}

    SelfRotated:
      allOf:
        - type: object
          required: [key, secret, previous_expires_at]
          properties:
            key: {$ref: '#/components/schemas/OwnKey'}
            secret: {type: string, description: 'The new secret, shown this once.'}
            previous_expires_at: {$ref: '#/components/schemas/Time'}
        - {$ref: '#/components/schemas/Applied'}

    DenialCode:
      type: string
      description: Why a decision denied. Stable; new ones may be added.
      enum: [missing_key, ambiguous_key, malformed_key, unknown_key, revoked_key, account_suspended, disabled_key,
        not_yet_valid, expired_key, rotated_key, wrong_project, wrong_environment, invalid_derivation, proof_required,
        invalid_signature, replayed_signature, invalid_certificate, ip_not_allowed, invalid_request_path, method_not_allowed_for_key,
        path_not_allowed_for_key, insufficient_scope, too_many_in_flight, rate_limited, quota_exceeded, budget_exceeded,
        too_many_unknown_keys, untrusted_proxy, unavailable]

    DecisionCode:
      type: string
      description: '`ok`, or why the decision denied.'
      enum: [ok, missing_key, ambiguous_key, malformed_key, unknown_key, revoked_key, account_suspended, disabled_key,
        not_yet_valid, expired_key, rotated_key, wrong_project, wrong_environment, invalid_derivation, proof_required,
        invalid_signature, replayed_signature, invalid_certificate, ip_not_allowed, invalid_request_path, method_not_allowed_for_key,
        path_not_allowed_for_key, insufficient_scope, too_many_in_flight, rate_limited, quota_exceeded, budget_exceeded,
        too_many_unknown_keys, untrusted_proxy, unavailable]

    ProblemCode:
      type: string
      description: What went wrong, for programs. Stable; new ones may be added.
      enum: [missing_key, ambiguous_key, malformed_key, unknown_key, revoked_key, account_suspended, disabled_key,
        not_yet_valid, expired_key, rotated_key, wrong_project, wrong_environment, invalid_derivation, proof_required,
        invalid_signature, replayed_signature, invalid_certificate, ip_not_allowed, invalid_request_path, method_not_allowed_for_key,
        path_not_allowed_for_key, insufficient_scope, too_many_in_flight, rate_limited, quota_exceeded, budget_exceeded,
        too_many_unknown_keys, untrusted_proxy, unavailable, invalid_request, not_found, method_not_allowed, request_timeout,
        conflict, too_large, unsupported_media_type, idempotency_mismatch, self_rotate_not_allowed, digest_exists]

    VerifyRequest:
      type: object
      description: One check. Limits are charged only if it grants.
      required: [secret]
      additionalProperties: false
      properties:
        secret: {type: string, description: What the client presented. Empty is `missing_key`.}
        scope: {$ref: '#/components/schemas/ScopeExpression'}
        costs: {$ref: '#/components/schemas/Costs'}
        ip:
          type: string
          description: The client's address. A key with an IP allowlist is denied where it is absent.
          pattern: ^[0-9A-Fa-f.:]{2,45}$
        method:
          $ref: '#/components/schemas/Method'
          description: The request's method. A key restricted by method is denied where it is absent.
        path:
          type: string
          description: >-
            The request's path as received, without its query. A key restricted by path is denied where it is absent.
          maxLength: 8192
        environment:
          $ref: '#/components/schemas/Environment'
          description: 'Demand this environment. Absent: every one.'
        project:
          type: string
          description: >-
            Demand this project, by id or name. Absent: every project that the caller's `lanyard:verify` covers.
          minLength: 1
          maxLength: 64
        tags:
          type: array
          items: {type: string, minLength: 1, maxLength: 64}
          maxItems: 10
          description: >-
            Free labels of the call. Accepted and kept out of the decision; usage is not yet grouped by them.
      examples:
        - secret: lyd_live_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000000
          scope: invoices:read
          costs: {requests: 1, tokens: 250}
          ip: 203.0.113.9
          method: GET
          path: /v1/invoices/42

    VerifiedKey:
      type: object
      required: [id, name, project, account, environment, scopes, expires_at, metadata]
      properties:
        id: {$ref: '#/components/schemas/KeyId'}
        name: {$ref: '#/components/schemas/Name'}
        project: {$ref: '#/components/schemas/ProjectRef'}
        account: {anyOf: [{$ref: '#/components/schemas/AccountRef'}, {type: 'null'}]}
        environment: {$ref: '#/components/schemas/Environment'}
        scopes:
          type: array
          items: {$ref: '#/components/schemas/Scope'}
          description: 'All that the key holds: its own, its roles'' and its plan''s.'
        expires_at: {anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]}
        metadata: {$ref: '#/components/schemas/Metadata'}

    VerifyAnswer:
      type: object
      required: [valid, code, key, grant_id, limits, quotas]
      properties:
        valid: {type: boolean}
        code: {$ref: '#/components/schemas/DecisionCode'}
        key:
          anyOf: [{$ref: '#/components/schemas/VerifiedKey'}, {type: 'null'}]
          description: The key, once it is known whose secret it is, on denials too; else null.
        grant_id:
          anyOf: [{$ref: '#/components/schemas/GrantId'}, {type: 'null'}]
          description: >-
            To be ended with `POST /v1/finish`. Null on a denial, and where the key has no in-flight bound, so that
            nothing is held open.
        limits: {type: array, items: {$ref: '#/components/schemas/LimitState'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/QuotaState'}}
        problem:
          $ref: '#/components/schemas/Problem'
          description: 'Present on a denial: why, and what would fix it.'

    VerifyBatchRequest:
      type: object
      required: [checks]
      additionalProperties: false
      properties:
        checks:
          type: array
          items: {$ref: '#/components/schemas/VerifyRequest'}
          minItems: 1
          maxItems: 100

    VerifyBatchAnswer:
      type: object
      required: [results]
      properties:
        results:
          type: array
          items: {$ref: '#/components/schemas/VerifyAnswer'}
          description: One for each check, in their order.

    FinishRequest:
      type: object
      required: [grant_id]
      additionalProperties: false
      properties:
        grant_id: {$ref: '#/components/schemas/GrantId'}
        actual:
          $ref: '#/components/schemas/ActualCosts'
          description: >-
            What the call really cost. Quotas are settled with it; limits keep what the check charged.
      examples:
        - {grant_id: grant_06Fq2nT6bXcVm9LsDw4Guz, actual: {requests: 1, tokens: 231}}

    FinishAnswer:
      type: object
      required: [finished]
      properties:
        finished: {type: boolean, const: true}

    FieldError:
      type: object
      required: [pointer, detail]
      properties:
        pointer:
          type: string
          description: >-
            A JSON pointer into the body (`/limits/0/window`; empty for the whole), or `?name` for a query parameter,
            or a header's name.
        detail: {type: string}

    Violated:
      type: object
      description: The allowance that did not suffice.
      required: [name, amount, subject]
      properties:
        name: {type: string, description: 'The limit''s or quota''s name, or `in_flight`.'}
        unit: {type: string, enum: [requests, tokens, usd]}
        amount: {$ref: '#/components/schemas/QuotaAmount'}
        window: {$ref: '#/components/schemas/Duration', description: Of a limit.}
        period: {$ref: '#/components/schemas/Period', description: Of a quota.}
        resets_at:
          anyOf: [{$ref: '#/components/schemas/Time'}, {type: 'null'}]
          description: 'Of a quota: when the next period begins; null for a lifetime.'
        subject: {type: string, enum: [key, account, plan]}

    Problem:
      type: object
      description: RFC 9457 problem details. `code` is for programs, `detail` and `fix` are for people.
      required: [type, title, status, detail, code]
      properties:
        type:
          type: string
          format: uri-reference
          description: A stable URI for the kind of problem; ends in the code.
        title: {type: string}
        status: {type: integer, minimum: 400, maximum: 599}
        detail: {type: string, description: 'What happened, for people. It never contains a secret.'}
        instance: {type: string, format: uri-reference}
        code: {$ref: '#/components/schemas/ProblemCode'}
        errors:
          type: array
          items: {$ref: '#/components/schemas/FieldError'}
          maxItems: 20
          description: 'With `invalid_request`: the fields at fault, the first 20 of them.'
        missing_scope: {type: string, description: 'With `insufficient_scope`: what the key lacks.'}
        retry_after_ms:
          type: integer
          minimum: 0
          description: 'With 402, 429 and 503 where it is known: the earliest time at which the call could succeed.'
        violated: {$ref: '#/components/schemas/Violated'}
        id:
          type: string
          description: >-
            With `conflict` and `digest_exists`: the id of the object that is in the way, or that the first call
            with this idempotency key has made.
        fix: {type: string, description: 'One sentence: what would make the call succeed.'}

    Project:
      type: object
      description: 'What is protected: an API or product. `default` and the built-in `lanyard` are seeded.'
      required: [id, name, prefix, environments, created_at, updated_at]
      properties:
        id: {$ref: '#/components/schemas/ProjectId'}
        name: {$ref: '#/components/schemas/Slug'}
        prefix:
          type: string
          pattern: ^[a-z][a-z0-9]{0,11}$
          description: The first part of its secrets. Cannot be changed.
        environments: {type: array, items: {$ref: '#/components/schemas/Environment'}}
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}

    ProjectCreate:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug', description: Unique; cannot be changed later.}
        prefix:
          type: string
          pattern: ^[a-z][a-z0-9]{0,11}$
          default: lyd
          description: The first part of its secrets; cannot be changed later.
        environments:
          type: array
          items: {$ref: '#/components/schemas/Environment'}
          minItems: 1
          maxItems: 16
          uniqueItems: true
          default: [live, test]
      examples:
        - {name: payments, prefix: pay, environments: [live, test]}

    ProjectPatch:
      type: object
      description: Replaces the list. An environment that keys still use cannot be taken away (`conflict`).
      additionalProperties: false
      properties:
        environments:
          type: array
          items: {$ref: '#/components/schemas/Environment'}
          minItems: 1
          maxItems: 16
          uniqueItems: true
      examples:
        - {environments: [live, test, staging]}

    Account:
      type: object
      description: The customer, team or agent that keys belong to. Its limits and quotas are shared by all its keys.
      required: [id, name, external_id, billing_day, limits, quotas, suspended, suspended_reason, metadata, created_at,
        updated_at]
      properties:
        id: {$ref: '#/components/schemas/AccountId'}
        name: {$ref: '#/components/schemas/Name'}
        external_id: {type: [string, 'null'], description: The operator's own id for it; unique.}
        billing_day: {type: integer, minimum: 1, maximum: 28}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}}
        suspended: {type: boolean}
        suspended_reason: {type: [string, 'null']}
        metadata: {$ref: '#/components/schemas/Metadata'}
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}

    AccountCreate:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        external_id:
          type: [string, 'null']
          description: The operator's own id for it; unique. It must not have the shape of an account's id.
          minLength: 1
          maxLength: 200
        billing_day: {type: integer, minimum: 1, maximum: 28, default: 1}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        metadata: {$ref: '#/components/schemas/Metadata'}
      examples:
        - name: Acme Ltd
          external_id: cus_481
          limits: [{name: all, amount: 1000, window: 60s}]

    AccountPatch:
      type: object
      description: >-
        What is absent stays; null clears.
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        external_id:
          type: [string, 'null']
          description: The operator's own id for it; unique. It must not have the shape of an account's id.
          minLength: 1
          maxLength: 200
        billing_day: {type: integer, minimum: 1, maximum: 28}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        metadata: {$ref: '#/components/schemas/Metadata'}
      examples:
        - {billing_day: 15}

    Plan:
      type: object
      description: 'A tier: scopes, limits and quotas for every key that names it. They are counted for each key.'
      required: [id, name, scopes, limits, quotas, in_flight, created_at, updated_at]
      properties:
        id: {$ref: '#/components/schemas/PlanId'}
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}}
        in_flight:
          type: [integer, 'null']
          description: How many calls may be open at once, on all servers together; null for no bound.
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}

    PlanCreate:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}, maxItems: 256}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        in_flight:
          type: [integer, 'null']
          minimum: 1
          maximum: 1000000
          description: How many calls may be open at once, on all servers together; null for no bound.
      examples:
        - name: free
          scopes: ['invoices:read']
          limits: [{name: rpm, amount: 60, window: 60s}]
          quotas: [{name: monthly, amount: 10000, period: month}]

    PlanPatch:
      type: object
      description: >-
        What is absent stays; null clears.
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}, maxItems: 256}
        limits: {type: array, items: {$ref: '#/components/schemas/Limit'}, maxItems: 16}
        quotas: {type: array, items: {$ref: '#/components/schemas/Quota'}, maxItems: 8}
        in_flight:
          type: [integer, 'null']
          minimum: 1
          maximum: 1000000
          description: How many calls may be open at once, on all servers together; null for no bound.
      examples:
        - {limits: [{name: rpm, amount: 120, window: 60s}]}

    Role:
      type: object
      description: A named set of scopes. `admin`, `developer` and `monitoring` are built in and cannot be changed.
      required: [id, name, scopes, builtin, created_at, updated_at]
      properties:
        id: {$ref: '#/components/schemas/RoleId'}
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}}
        builtin: {type: boolean}
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}

    RoleCreate:
      type: object
      required: [name, scopes]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}, maxItems: 256}
      examples:
        - {name: accountant, scopes: ['invoices:*']}

    RolePatch:
      type: object
      description: What is absent stays; `scopes` is replaced whole.
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}, maxItems: 256}
      examples:
        - {scopes: ['invoices:read']}

    Dialect:
      type: string
      enum: [none, nginx, caddy, traefik, envoy, haproxy]
      description: >-
        Which proxy asks: only its own headers for method, URI and client address are believed, and only from trusted
        proxies.

    KeyFrom:
      type: string
      description: >-
        A place where a request may carry its key. `basic` reads the user name. `query:NAME` ends up in access logs.
      pattern: ^(bearer|x-api-key|basic|header:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}|query:[A-Za-z0-9_.~-]{1,64})$

    Policy:
      type: object
      description: What a forward-auth location demands. Set by the operator, never by the caller.
      required: [id, name, project, environment, scope, costs, dialect, key_from, methods, paths, created_at, updated_at]
      properties:
        id: {$ref: '#/components/schemas/PolicyId'}
        name: {$ref: '#/components/schemas/Slug'}
        project: {anyOf: [{$ref: '#/components/schemas/ProjectRef'}, {type: 'null'}]}
        environment: {anyOf: [{$ref: '#/components/schemas/Environment'}, {type: 'null'}]}
        scope: {anyOf: [{$ref: '#/components/schemas/ScopeExpression'}, {type: 'null'}]}
        costs: {$ref: '#/components/schemas/ChargedCosts'}
        dialect: {$ref: '#/components/schemas/Dialect'}
        key_from: {type: array, items: {$ref: '#/components/schemas/KeyFrom'}}
        methods: {type: array, items: {$ref: '#/components/schemas/Method'}}
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
        created_at: {$ref: '#/components/schemas/Time'}
        updated_at: {$ref: '#/components/schemas/Time'}

    PolicyCreate:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        project:
          type: [string, 'null']
          description: 'Demand keys of this project, by id or name. Null: every project but `lanyard`.'
          minLength: 1
          maxLength: 64
        environment:
          anyOf: [{$ref: '#/components/schemas/Environment'}, {type: 'null'}]
          description: 'Demand keys of this environment. Null: every one.'
        scope:
          anyOf: [{$ref: '#/components/schemas/ScopeExpression'}, {type: 'null'}]
          description: 'Null: no scope is asked for.'
        costs: {$ref: '#/components/schemas/Costs'}
        dialect: {$ref: '#/components/schemas/Dialect', default: none}
        key_from:
          type: array
          items: {$ref: '#/components/schemas/KeyFrom'}
          minItems: 1
          maxItems: 8
          description: 'Read in this order. Two different Lanyard secrets in these places: `ambiguous_key`.'
          default: [bearer, x-api-key]
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          maxItems: 32
          description: 'Only these methods pass; empty: every one.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          maxItems: 256
          description: 'Only these paths pass; empty: every one.'
      examples:
        - name: invoices
          project: payments
          environment: live
          scope: invoices:read
          dialect: nginx

    PolicyPatch:
      type: object
      description: What is absent stays; null clears; `costs` and lists are replaced whole.
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Slug'}
        project:
          type: [string, 'null']
          description: 'Demand keys of this project, by id or name. Null: every project but `lanyard`.'
          minLength: 1
          maxLength: 64
        environment:
          anyOf: [{$ref: '#/components/schemas/Environment'}, {type: 'null'}]
          description: 'Demand keys of this environment. Null: every one.'
        scope:
          anyOf: [{$ref: '#/components/schemas/ScopeExpression'}, {type: 'null'}]
          description: 'Null: no scope is asked for.'
        costs: {$ref: '#/components/schemas/Costs'}
        dialect: {$ref: '#/components/schemas/Dialect'}
        key_from:
          type: array
          items: {$ref: '#/components/schemas/KeyFrom'}
          minItems: 1
          maxItems: 8
          description: 'Read in this order. Two different Lanyard secrets in these places: `ambiguous_key`.'
        methods:
          type: array
          items: {$ref: '#/components/schemas/Method'}
          maxItems: 32
          description: 'Only these methods pass; empty: every one.'
        paths:
          type: array
          items: {$ref: '#/components/schemas/PathPattern'}
          maxItems: 256
          description: 'Only these paths pass; empty: every one.'
      examples:
        - {scope: 'invoices:read or invoices:admin'}

    ProjectAnswer:
      type: object
      required: [project]
      properties:
        project: {$ref: '#/components/schemas/Project'}

    ProjectApplied:
      allOf:
        - type: object
          required: [project]
          properties:
            project: {$ref: '#/components/schemas/Project'}
        - {$ref: '#/components/schemas/Applied'}

    AccountAnswer:
      type: object
      required: [account]
      properties:
        account: {$ref: '#/components/schemas/Account'}

    AccountStanding:
      type: object
      description: An account, and how its quotas stand.
      required: [account, quotas]
      properties:
        account: {$ref: '#/components/schemas/Account'}
        quotas: {type: array, items: {$ref: '#/components/schemas/QuotaState'}}

    AccountApplied:
      allOf:
        - type: object
          required: [account]
          properties:
            account: {$ref: '#/components/schemas/Account'}
        - {$ref: '#/components/schemas/Applied'}

    PlanAnswer:
      type: object
      required: [plan]
      properties:
        plan: {$ref: '#/components/schemas/Plan'}

    PlanApplied:
      allOf:
        - {type: object, required: [plan], properties: {plan: {$ref: '#/components/schemas/Plan'}}}
        - {$ref: '#/components/schemas/Applied'}

    RoleAnswer:
      type: object
      required: [role]
      properties:
        role: {$ref: '#/components/schemas/Role'}

    RoleApplied:
      allOf:
        - {type: object, required: [role], properties: {role: {$ref: '#/components/schemas/Role'}}}
        - {$ref: '#/components/schemas/Applied'}

    PolicyAnswer:
      type: object
      required: [policy]
      properties:
        policy: {$ref: '#/components/schemas/Policy'}

    PolicyApplied:
      allOf:
        - type: object
          required: [policy]
          properties:
            policy: {$ref: '#/components/schemas/Policy'}
        - {$ref: '#/components/schemas/Applied'}

    AccountKeysRevoked:
      allOf:
        - type: object
          required: [account, revoked]
          properties:
            account: {$ref: '#/components/schemas/Account'}
            revoked: {type: integer, minimum: 0, description: How many keys this call revoked.}
        - {$ref: '#/components/schemas/Applied'}

    KeyList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Key'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    ProjectList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Project'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    AccountList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Account'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    PlanList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Plan'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    RoleList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Role'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    PolicyList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Policy'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    ExplainRequest:
      type: object
      description: Exactly one of `key_id` and `secret`.
      additionalProperties: false
      properties:
        key_id: {$ref: '#/components/schemas/KeyId'}
        secret: {type: string, minLength: 1}
        scope: {$ref: '#/components/schemas/ScopeExpression'}
        costs: {$ref: '#/components/schemas/Costs'}
        ip:
          type: string
          description: The client's address. A key with an IP allowlist is denied where it is absent.
          pattern: ^[0-9A-Fa-f.:]{2,45}$
        method: {$ref: '#/components/schemas/Method'}
        path: {type: string, maxLength: 8192}
        environment: {$ref: '#/components/schemas/Environment'}
        project: {type: string, description: A project's id or name., minLength: 1, maxLength: 64}
        policy:
          type: string
          description: Judge by this policy, by id or name. Fields given beside it replace the policy's.
          minLength: 1
          maxLength: 64
        proof:
          type: string
          enum: [bearer, signature, certificate]
          default: bearer
          description: The proof to be assumed.
      oneOf: [{required: [key_id]}, {required: [secret]}]
      examples:
        - key_id: key_06Fq2mXv9TbLw3ZrYc81Ke
          scope: invoices:write
          method: GET
          path: /v1/invoices/42
          ip: 203.0.113.9

    ExplainStep:
      type: object
      required: [step, verdict]
      properties:
        step:
          type: string
          enum: [node_current, presented, checksum, known, revocation, standing, validity, project_environment,
            derivation, proof, ip, request, scope, allowances]
        verdict: {type: string, enum: [pass, fail, not_reached, not_applicable]}
        code: {$ref: '#/components/schemas/DenialCode'}
        detail: {type: string}

    ExplainAnswer:
      type: object
      required: [decision, steps, limits, quotas]
      properties:
        decision:
          type: object
          required: [valid, code]
          properties:
            valid: {type: boolean}
            code: {$ref: '#/components/schemas/DecisionCode'}
            problem: {$ref: '#/components/schemas/Problem'}
        steps:
          type: array
          items: {$ref: '#/components/schemas/ExplainStep'}
          minItems: 14
          maxItems: 14
          description: Every step of the decision, in its order.
        limits: {type: array, items: {$ref: '#/components/schemas/LimitState'}}
        quotas: {type: array, items: {$ref: '#/components/schemas/QuotaState'}}

    UsageRow:
      type: object
      required: [start, outcomes, granted, denied, tokens, usd]
      properties:
        start: {$ref: '#/components/schemas/Time', description: 'The interval''s begin, in UTC.'}
        key_id:
          type: [string, 'null']
          description: With `group_by=key`; null for attempts that no key could be found for.
        account_id:
          type: [string, 'null']
          description: With `group_by=account`; null for keys without one.
        project_id: {type: [string, 'null'], description: With `group_by=project`.}
        outcomes:
          type: object
          description: How many decisions ended with each code.
          additionalProperties: {type: integer, minimum: 0}
        granted: {type: integer, minimum: 0}
        denied: {type: integer, minimum: 0}
        tokens: {type: integer, minimum: 0, description: Of granted calls.}
        usd: {$ref: '#/components/schemas/Money', description: Of granted calls.}
      examples:
        - start: '2026-03-01T09:00:00.000Z'
          key_id: key_06Fq2mXv9TbLw3ZrYc81Ke
          outcomes: {ok: 118, rate_limited: 2}
          granted: 118
          denied: 2
          tokens: 31800
          usd: '0.00'

    AttemptCode:
      type: string
      enum: [malformed_key, unknown_key, too_many_unknown_keys, revoked_key, expired_key, rotated_key]

    AttemptCounts:
      type: object
      description: How many attempts were refused with each code.
      propertyNames: {$ref: '#/components/schemas/AttemptCode'}
      additionalProperties: {type: integer, minimum: 1}

    Attempt:
      type: object
      required: [address, attempts, codes, key_ids, first_seen_at, last_seen_at]
      properties:
        address: {type: string, description: 'An address; a /64 of IPv6 as `2001:db8:1:2::/64`.'}
        attempts: {type: integer, minimum: 1}
        codes: {$ref: '#/components/schemas/AttemptCounts'}
        key_ids:
          type: array
          maxItems: 4
          description: The revoked, expired or rotated keys that were tried, the last first.
          items: {$ref: '#/components/schemas/KeyId'}
        first_seen_at: {$ref: '#/components/schemas/Time'}
        last_seen_at: {$ref: '#/components/schemas/Time'}
      examples:
        - address: 203.0.113.7
          attempts: 41
          codes: {revoked_key: 40, unknown_key: 1}
          key_ids: [key_06Fq2mXv9TbLw3ZrYc81Ke]
          first_seen_at: '2026-03-01T09:12:31.000Z'
          last_seen_at: '2026-03-01T09:30:00.000Z'

    AttemptList:
      type: object
      required: [since, data, without_address, displaced]
      properties:
        since: {$ref: '#/components/schemas/Time', description: When the node that answers began to count.}
        data: {type: array, maxItems: 200, items: {$ref: '#/components/schemas/Attempt'}}
        without_address:
          $ref: '#/components/schemas/AttemptCounts'
          description: Attempts that came without an address, by `POST /v1/verify` without `ip`.
        displaced:
          type: integer
          minimum: 0
          description: How often an address was forgotten to make room for a busier one.

    UsageList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/UsageRow'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    AuditEntry:
      type: object
      required: [sequence, at, actor, action, target, before, after, request_id, hash, previous_hash]
      properties:
        sequence: {type: integer, minimum: 1}
        at: {$ref: '#/components/schemas/Time'}
        actor:
          anyOf:
            - type: object
              required: [key_id, name]
              properties:
                key_id: {$ref: '#/components/schemas/KeyId'}
                name: {$ref: '#/components/schemas/Name'}
            - {type: 'null'}
          description: The key that asked; null for the server itself and for work offline on the store.
        action:
          type: string
          description: >-
            `key.create`, `key.import`, `key.update`, `key.rotate`, `key.revoke`, `key.disable`, `key.enable`, `key.delete`,
            `key.credit`, `account.suspend`, `quota.alert` and so on.
          pattern: ^[a-z]+\.[a-z_]+$
        target: {type: string, description: The id of what was changed.}
        before: {type: [object, 'null'], description: Without secrets; null when it was made.}
        after: {type: [object, 'null'], description: Without secrets; null when it was deleted.}
        request_id: {type: [string, 'null']}
        hash:
          type: string
          pattern: ^[0-9a-f]{64}$
          description: SHA-256 over this entry and `previous_hash`.
        previous_hash:
          type: string
          pattern: ^[0-9a-f]{64}$
          description: The hash of the entry before; zeros for the first.

    AuditList:
      type: object
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/AuditEntry'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.

    AuditVerifyAnswer:
      type: object
      required: [intact, entries]
      properties:
        intact: {type: boolean}
        entries: {type: integer, minimum: 0, description: How many entries were checked.}
        first_bad_sequence:
          type: integer
          minimum: 1
          description: The first entry that is changed or missing.
      examples:
        - {intact: true, entries: 4182}

    Node:
      type: object
      required: [id, host, version, started_at, epoch, behind, silent_ms, status]
      properties:
        id: {$ref: '#/components/schemas/NodeId'}
        host: {type: string, description: What its machine calls itself.}
        version: {type: string}
        started_at: {$ref: '#/components/schemas/Time'}
        epoch: {type: integer, minimum: 0, description: It has applied every change up to this one.}
        behind: {type: integer, minimum: 0, description: How many changes it has not applied yet.}
        silent_ms:
          type: integer
          minimum: 0
          description: >-
            For how many milliseconds the node that answers has watched it confirm nothing, by its own clock. A node that has
            just started has watched nobody yet.
        status:
          type: string
          enum: [live, silent]
          description: >-
            `silent` once it has not confirmed within its staleness bound: it then denies everything, and changes wait
            for it no longer.

    NodeList:
      type: object
      description: 'Not paged: `next_cursor` is always null.'
      required: [data, next_cursor]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Node'}}
        next_cursor:
          type: [string, 'null']
          description: Give it as `cursor` to get the next page; null on the last.
    Health: {type: object, required: [status], properties: {status: {type: string}}}

"""###
}
