import type { Permission, Principal } from '@plinth/tenancy'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { Exchange, Reply } from './exchange.js'

/** One call of the API: who may, what it does and how it is described, in one place. */
export interface Route {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: `/v1/accounts/{accountId}`. */
  readonly path: `/v1/${string}`
  /** Without it the call ends before anything else of the request is looked at. What a body adds to it is asked later. */
  readonly permission: Permission
  readonly operation: ZodOpenApiOperationObject
  handle(exchange: Exchange, principal: Principal): Promise<Reply>
}
