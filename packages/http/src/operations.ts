import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import { problem } from './answer-schemas.js'

export const describedProblem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
})

// What every call under /v1 may answer.
const always: ZodOpenApiResponsesObject = {
  '400': describedProblem('Malformed; `errors` says where.'),
  '401': describedProblem('`unauthenticated`'),
  '403': describedProblem('`forbidden` or `tenant_mismatch`'),
  '429': describedProblem(
    '`rate_limited`: too many requests of this caller, or tokens of this address that open nothing; see Retry-After.',
  ),
  '500': describedProblem('`internal_error`'),
  '503': describedProblem('`unavailable` or `outcome_unknown`; see Retry-After.'),
}

const ofBodies: ZodOpenApiResponsesObject = {
  '413': describedProblem('`body_too_large`'),
  '415': describedProblem('`unsupported_media_type`'),
}

const correlationHeaders = {
  'X-Tenant-Id': z.string().optional().meta({ description: 'Must be the tenant of the token.' }),
  'X-Correlation-Id': z
    .string()
    .optional()
    .meta({ description: '1 to 128 visible ASCII characters; made if absent.' }),
  'X-Causation-Id': z.string().optional(),
}

const dryRunHeader = {
  'Plinth-Dry-Run': z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: the answer the command would get; nothing is recorded.' }),
}

const commandHeaders = z.object({
  'Idempotency-Key': z.string().meta({
    description: '1 to 255 visible ASCII characters. The same key and command get the same answer, for ever.',
  }),
  ...dryRunHeader,
  ...correlationHeaders,
})

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })

interface Described {
  readonly operationId: string
  readonly summary: string
  readonly answer: z.ZodType
  readonly path?: z.ZodObject
}

/** A command: its body, its key, its answer, and what it may be refused for. */
export function commandOperation({
  operationId,
  summary,
  answer,
  path,
  body,
  status,
}: Described & { body: z.ZodType; status: 200 | 201 }): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    requestParams: { header: commandHeaders, ...(path && { path }) },
    requestBody: { required: true, content: json(body) },
    responses: {
      [`${status}`]: {
        description: 'Done, now or by an earlier request with this key.',
        headers: z.object({
          'Idempotency-Replayed': z
            .enum(['true'])
            .optional()
            .meta({ description: 'The answer of an earlier request.' }),
        }),
        content: json(answer),
      },
      ...always,
      '409': describedProblem('`idempotency_in_progress`; see Retry-After.'),
      ...ofBodies,
      '422': describedProblem(
        'Understood and refused: a rejection, `entry_unbalanced` or `idempotency_key_reused`.',
      ),
    },
  }
}

/** A change that leaves the books as they are, and therefore needs no key: done again, it is done again. */
export function actionOperation({
  operationId,
  summary,
  answer,
  path,
  body,
  status,
  accepted,
  dryRun = false,
}: Described & {
  body?: z.ZodType
  dryRun?: boolean
  status: 200 | 201
  /** Of a change that a second person has yet to approve. */
  accepted?: z.ZodType
}): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    requestParams: {
      header: z.object({ ...(dryRun && dryRunHeader), ...correlationHeaders }),
      ...(path && { path }),
    },
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [`${status}`]: { description: 'Done.', content: json(answer) },
      ...(accepted && {
        '202': { description: 'Proposed: a second person decides.', content: json(accepted) },
      }),
      ...always,
      ...(path && { '404': describedProblem('`not_found`') }),
      ...(body && ofBodies),
    },
  }
}

/** A batch: no key of its own. */
export function batchOperation({
  operationId,
  summary,
  answer,
  body,
}: Described & { body: z.ZodType }): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    requestParams: { header: z.object(correlationHeaders) },
    requestBody: { required: true, content: json(body) },
    responses: {
      '200': { description: 'An answer for each command, in order.', content: json(answer) },
      ...always,
      ...ofBodies,
    },
  }
}

/** A read. */
export function readOperation({
  operationId,
  summary,
  answer,
  path,
  query,
}: Described & { query?: z.ZodObject }): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    requestParams: { header: z.object(correlationHeaders), ...(path && { path }), ...(query && { query }) },
    responses: {
      '200': { description: 'As the books stand.', content: json(answer) },
      ...always,
      ...(path && { '404': describedProblem('`not_found`') }),
    },
  }
}
