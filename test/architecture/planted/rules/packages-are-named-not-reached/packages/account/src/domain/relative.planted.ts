import type * as kernel from '../../../kernel/src/index.js'

export type Kernel = typeof kernel
