import type { Database } from '@plinth/db'
import type { PostingEngine } from '@plinth/posting'
import { may, type Permission, type Principal } from '@plinth/tenancy'
import type { WebhookDesk } from '@plinth/webhooks'
import type { Request, Response } from 'express'
import type { Logger } from 'pino'
import type { EodDesk } from './eod-desk.js'
import type { EventDesk } from './event-desk.js'
import type { LogToken, ToldCommand } from './log-facts.js'
import type { Metrics } from './metrics.js'
import { refuse } from './problem.js'
import type { RateLimit } from './rate-limit.js'
import { type Correlation, correlationOf } from './request-headers.js'
import type { CheckToken } from './token-tries.js'

/** What the routes need of the world. */
export interface Edge {
  readonly database: Database
  readonly posting: PostingEngine
  readonly eod: EodDesk
  readonly events: EventDesk
  /** Undefined: nobody looks after webhooks here. */
  readonly webhooks?: WebhookDesk | undefined
  readonly checkToken: CheckToken
  readonly logger: Pick<Logger, 'info' | 'error' | 'isLevelEnabled'>
  readonly logToken: LogToken
  readonly metrics: Metrics
  readonly rateLimit: RateLimit
  /** Keys the seals of cursors; the same in every process that serves. */
  readonly cursorSecret: Buffer
  readonly now: () => number
}

/** What a route answers. `headers` beside those that every answer has. */
export interface Reply {
  readonly status: number
  /** Becomes JSON. */
  readonly body: object
  /** Sent instead of the body, as it is; its type is in the headers. */
  readonly text?: string | undefined
  /** Writes what follows the headers, for as long as it takes, and ends the answer; instead of the body and the text. */
  readonly stream?: ((response: Response) => Promise<void>) | undefined
  /** The code of a problem, for the log and the metrics. */
  readonly code?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One request on its way through the edge. */
export class Exchange {
  readonly correlation: Correlation
  /** Who calls, once that is known. */
  caller: Principal | undefined
  /** The one command of the request, once it is answered. */
  command: ToldCommand | undefined
  /** What a batch came to. */
  summary: Readonly<Record<string, number>> | undefined

  constructor(
    readonly edge: Edge,
    readonly request: Request,
  ) {
    this.correlation = correlationOf(request.headers)
  }

  /** The caller, who must hold the permission. */
  async principal(permission: Permission): Promise<Principal> {
    const principal = await this.#authenticated()
    const { 'x-tenant-id': named } = this.request.headers
    if (named !== undefined && named !== principal.tenant.tenantId) {
      throw refuse('tenant_mismatch', 'X-Tenant-Id is not the tenant of the token.')
    }
    if (!may(principal.roles, permission)) throw forbidden(permission)
    return principal
  }

  /** Whether the token still opens what it did: asked again of a request that takes long. */
  async isStillAdmitted(permission: Permission): Promise<boolean> {
    const principal = await this.#tokenHolder()
    return principal !== undefined && may(principal.roles, permission)
  }

  async #tokenHolder(): Promise<Principal | undefined> {
    const token = bearerOf(this.request.headers.authorization)
    // Whose address it is: a proxy's where there is one, for a header that names another could say anything.
    const address = this.request.socket.remoteAddress ?? ''
    return token === undefined ? undefined : await this.edge.checkToken(token, address)
  }

  async #authenticated(): Promise<Principal> {
    const principal = await this.#tokenHolder()
    if (principal === undefined) throw refuse('unauthenticated', 'A valid bearer token is needed.')
    this.caller = principal
    await this.edge.rateLimit.count(principal)
    return principal
  }

  /** A part of the path, by the name it has in the route. */
  param(name: string): string {
    return this.request.params[name] as string
  }
}

export const forbidden = (permission: Permission) =>
  refuse('forbidden', `None of the caller’s roles may ${permission.replaceAll('_', ' ')}.`)

const bearerForm = /^bearer +([^\s]+) *$/i
// A token of any kind we know is far shorter; what is longer is not worth a hash.
const tokenLengthMax = 8_192

function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > tokenLengthMax) return undefined
  return bearerForm.exec(header)?.[1]
}
