#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'

// A batch of a thousand commands makes some twenty megabytes of short-lived objects. With the default young generation they
// are copied several times before they die.
setFlagsFromString('--max-semi-space-size=32')
setFlagsFromString('--min-semi-space-size=16')
await import('../dist/main.js')
