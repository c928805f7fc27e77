import { setTimeout as sleep } from 'node:timers/promises'
import type { EodRequest } from '@plinth/eod'
import { afterEach, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { place } from '../support/hold-commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { eodAt } from './eod-bank.js'

const openBank = useBank()
let stopWriting: () => Promise<void> = async () => undefined
afterEach(() => stopWriting())

/** A bank with enough partitions, each of one account, for some looks around. */
async function bankOfSavers(): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank)
  await bank.batch(Array.from({ length: 10 }, (_, at) => openingUnder(`saver-${at}`)))
  await bank.open('alice')
  await bank.fund('alice', '1000.00')
  return bank
}

/** Writes again and again, until the test ends. */
function keepWriting(write: () => Promise<unknown>): void {
  let stopped = false
  const writing = (async () => {
    while (!stopped) {
      await write()
      await sleep(2)
    }
  })()
  stopWriting = () => {
    stopped = true
    return writing
  }
}

/** Whether a run ever rested, and whether it closed the day. */
async function runOf(bank: Bank, request: Partial<EodRequest> = {}) {
  let rested = false
  const { complete } = await eodAt(bank.elsewhere(), { sizes: { load: 1, entries: 10 } }).run('2026-11-20', {
    ...request,
    progressed: ({ resting }) => {
      rested ||= resting
    },
  })
  return { rested, complete }
}

test('a run that is alone with the books does not rest', async () => {
  expect(await runOf(await bankOfSavers())).toEqual({ rested: false, complete: true })
})

test.each([
  ['post', (bank: Bank) => bank.fund('alice', '0.01')],
  ['place holds', (bank: Bank) => bank.submit(place('alice', 1n))],
])('a run rests while others %s', async (_what, write) => {
  const bank = await bankOfSavers()
  keepWriting(() => write(bank))
  expect(await runOf(bank)).toEqual({ rested: true, complete: true })
})

test('a run told to hurry does not rest while others post', async () => {
  const bank = await bankOfSavers()
  keepWriting(() => bank.fund('alice', '0.01'))
  expect(await runOf(bank, { fullSpeed: true })).toEqual({ rested: false, complete: true })
})
