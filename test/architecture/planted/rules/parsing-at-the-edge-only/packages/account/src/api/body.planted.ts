import * as z from '../../../http/node_modules/zod/index.js'

export const body = z.strictObject({})
