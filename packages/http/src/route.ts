import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { Exchange, Reply } from './exchange.js'

/** One call of the API: what it does and how it is described, in one place. */
export interface Route {
  readonly method: 'get' | 'post'
  /** As OpenAPI writes it: `/v1/accounts/{accountId}`. */
  readonly path: `/v1/${string}`
  readonly operation: ZodOpenApiOperationObject
  handle(exchange: Exchange): Promise<Reply>
}
