import { readFileSync } from 'node:fs'

export const terms = readFileSync('terms.json', 'utf8')
