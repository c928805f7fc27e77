#!/usr/bin/env -S node --max-semi-space-size=32 --min-semi-space-size=32

// What a batch of a thousand commands makes lives for some tenths of a second. In a young generation of the default size it is
// copied twice before it dies; the flags only count before V8 starts, so they stand in the first line.
await import('../dist/main.js')
