import { balance } from './fixture.test.js'

export const twice = balance * 2n
